using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Testing.ReferenceData;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Quantization.Tests;

[TestClass]
public sealed class FitSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp();
    private static readonly QuantizeObserveOptions s_options = new() { InputColumnName = "Features", OutputColumnName = "Score" };
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void An_observer_of_the_user_works_by_its_name()
    {
        int made = 0;
        ObserverList observers = ObserverList.BuiltIn.With("Doubled", spec => { made++; return new DoubledRange(spec); });
        QConfigMapping mapping = QConfigMappingJson.Read("""{"version": 1, "global": {"activation": {"observer": "Doubled", "dtype": "quint8"}, "weight": {"observer": "MinMax", "dtype": "qint8", "qscheme": "per_tensor_symmetric"}}}""");
        QuantizedModelTransformer own = _ml.Transforms.QuantizeStatic(s_model, s_options with { QConfigs = mapping, Observers = observers }).Fit(Sample.View(_ml));
        Assert.IsTrue(made > 0);
        float plain = ScaleOfInput(_ml.Transforms.QuantizeStatic(s_model, s_options).Fit(Sample.View(_ml)));
        Assert.AreEqual(2 * plain, ScaleOfInput(own), 1e-6f * plain);

        static float ScaleOfInput(QuantizedModelTransformer transformer)
        {
            Graph graph = transformer.Model.Graph;
            Node quantize = graph.Consumers(graph.Inputs[0].Name).Single();
            return graph.Constant(quantize.Inputs[1])!.AsSpan<float>()[0];
        }
    }

    [TestMethod]
    public void A_quantizer_takes_the_place_of_configurations()
    {
        XnnpackQuantizer quantizer = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true));
        QuantizedModelTransformer quantized = _ml.Transforms.QuantizeStatic(s_model, s_options with { Quantizer = quantizer }).Fit(Sample.View(_ml));
        Graph graph = quantized.Model.Graph;
        Assert.AreEqual(ElementType.Int8, graph.Constant(graph.Consumers(graph.Inputs[0].Name).Single().Inputs[2])!.Type, "XNNPACK's activations are qint8");
        Assert.IsTrue(graph.Nodes.Where(node => node.Operator is "Gemm").All(node => graph.Producer(node.Inputs[0])!.Operator == "DequantizeLinear"));
    }

    /// <summary>An observer written outside the product: as MinMax, with twice the range.</summary>
    private sealed class DoubledRange(ObserverSpec spec) : IObserver
    {
        private readonly IObserver _inner = new MinMaxObserver(spec with { Observer = "MinMax" });

        public ObserverSpec Spec => spec;

        public long Count => _inner.Count;

        public void Observe(ReadOnlySpan<float> values, Shape shape) => _inner.Observe(values, shape);

        public QuantizationParameters CalculateQParams()
        {
            QuantizationParameters once = _inner.CalculateQParams();
            return new(2 * once.Scale, once.ZeroPoint, once.Type, once.Range);
        }

        public ObserverState Save() => _inner.Save();

        public void Load(ObserverState state) => _inner.Load(state);

        public void Merge(IObserver later) => _inner.Merge(((DoubledRange)later)._inner);
    }

    [TestMethod]
    public void Progress_counts_the_rows_after_every_batch()
    {
        var seen = new Reporter();
        _ml.Transforms.QuantizeObserve(s_model, s_options with { BatchSize = 32, Progress = seen }).Fit(Sample.View(_ml));
        CollectionAssert.AreEqual(new QuantizationProgress[] { new(32, 90), new(64, 90), new(90, 90) }, seen.Steps);
    }

    [TestMethod]
    public void A_token_stops_a_chain_before_the_next_batch()
    {
        using var stop = new CancellationTokenSource();
        var seen = new Reporter(step => { if (step.Rows == 30) { stop.Cancel(); } });
        var chain = _ml.Transforms.CopyColumns("Copy", "Features")
            .Append(_ml.Transforms.QuantizeObserve(s_model, s_options with { BatchSize = 10, Progress = seen, CancellationToken = stop.Token }))
            .Append(_ml.Transforms.QuantizeConvertStatic("Score"));
        Assert.Throws<OperationCanceledException>(() => chain.Fit(Sample.View(_ml)));
        Assert.AreEqual(30, seen.Steps[^1].Rows);
    }

    [TestMethod]
    public void A_token_cancelled_before_stops_before_any_row()
    {
        var source = new CountingView(Sample.View(_ml));
        Assert.Throws<OperationCanceledException>(() => _ml.Transforms.QuantizeStatic(s_model, s_options with { CancellationToken = new(canceled: true) }).Fit(source));
        Assert.AreEqual(0, source.Cursors);
    }

    private List<string> Log(ChannelMessageKind kind, Action action)
    {
        List<string> log = [];
        _ml.Log += (_, message) => { if (message.Kind == kind) { log.Add(message.RawMessage); } };
        action();
        return log;
    }

    [TestMethod]
    public void Without_a_context_in_the_options_there_are_no_messages() => Assert.AreEqual(0,
        Log(ChannelMessageKind.Info, () => _ml.Transforms.QuantizeObserve(s_model, s_options).Fit(Sample.View(_ml))).Count, "a TransformsCatalog gives no way to its environment");

    [TestMethod]
    public void A_context_in_the_options_gets_rows_rate_and_rows_remaining()
    {
        List<string> log = Log(ChannelMessageKind.Info, () => _ml.Transforms.QuantizeObserve(s_model, s_options with { MLContext = _ml }).Fit(Sample.View(_ml, 3_100)));
        Assert.AreEqual("Calibrating on 3100 rows of 'Features'.", log[0]);
        StringAssert.Matches(log[1], new(@"^1024 rows observed, \d+ rows/s, 2076 rows remaining, about \d+ s\.$"));
        StringAssert.Matches(log[2], new(@"^2048 rows observed, \d+ rows/s, 1052 rows remaining, about \d+ s\.$"));
        Assert.AreEqual("Calibrated on 3100 rows.", log[^1]);
    }

    [TestMethod]
    public void Of_a_view_of_unknown_length_it_gets_rows_and_rate()
    {
        List<string> log = Log(ChannelMessageKind.Info, () => _ml.Transforms.QuantizeObserve(s_model, s_options with { MLContext = _ml }).Fit(new CountingView(Sample.View(_ml, 5_000), knowsCount: false)));
        Assert.AreEqual("Calibrating on all rows of 'Features'.", log[0]);
        StringAssert.Matches(log[1], new(@"^1024 rows observed, \d+ rows/s\.$"));
        StringAssert.Matches(log[2], new(@"^2048 rows observed, \d+ rows/s\.$"));
        StringAssert.Matches(log[3], new(@"^4096 rows observed, \d+ rows/s\.$"));
    }

    [TestMethod]
    public void A_token_stops_the_reading_of_rows_that_a_sample_passes_over()
    {
        using var stop = new CancellationTokenSource();
        var source = new CountingView(Sample.View(_ml, 20_000)) { Read = row => { if (row == 5_000) { stop.Cancel(); } } };
        Assert.Throws<OperationCanceledException>(() => _ml.Transforms.QuantizeStatic(s_model, s_options with { CalibrationRows = 20, BatchSize = 32, CancellationToken = stop.Token }).Fit(source));
        Assert.IsTrue(source.RowsRead is >= 5_000 and <= 5_032, $"{source.RowsRead} rows were read");
    }

    [TestMethod]
    public void Memory_does_not_grow_with_the_rows()
    {
        long Allocated(int rows)
        {
            IDataView view = _ml.Data.LoadFromEnumerable(Sample.Draw(rows));
            long before = GC.GetAllocatedBytesForCurrentThread();
            _ml.Transforms.QuantizeObserve(s_model, s_options).Fit(view);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(100);
        long few = Allocated(1_000), many = Allocated(20_000);
        Assert.IsTrue(many - few < 19_000 * 64, $"{few} bytes for 1,000 rows, {many} for 20,000; a kept row would take more than 64 a row");
    }

    [TestMethod]
    public void The_first_tenth_of_bike_tcn_does_not_stand_for_the_rest_and_the_log_says_so()
    {
        // UCI Bike Sharing is a series over two years, in which demand grows.
        ReferenceSet windows = ReferenceSets.Training("bike_tcn");
        float[] values = windows.Inputs.AsSpan<float>().ToArray();
        int length = values.Length / windows.Inputs.Shape[0];
        IDataView view = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, windows.Inputs.Shape[0]).Select(i => new Window { Features = values[(i * length)..((i + 1) * length)] }).ToList());
        QuantizableModel model = QuantizableModel.LoadOnnx(RepositoryFolder.At("test", "Models", "bike_tcn.onnx"));
        QuantizedModelTransformer? transformer = null;
        List<string> log = Log(ChannelMessageKind.Warning, () => transformer = _ml.Transforms.QuantizeStatic(model, s_options with { MLContext = _ml }).Fit(view));
        Assert.IsTrue(log.Count > 0, "no warning");
        CollectionAssert.AreEqual(transformer!.Model.Warnings.ToArray(), log);
        StringAssert.Contains(log[0], model.Inputs[0].Name);
    }

    private sealed class Window
    {
        [VectorType(8 * 24)]
        public float[] Features { get; set; } = [];
    }

    [TestMethod]
    public void Warnings_go_to_the_log_and_to_the_network()
    {
        Sample[] drifting = Sample.Draw(2_000);
        foreach (Sample sample in drifting[1_000..]) { sample.Features = [.. sample.Features.Select(value => value * 50)]; }
        List<string> log = [];
        _ml.Log += (_, message) => { if (message.Kind == ChannelMessageKind.Warning) { log.Add(message.RawMessage); } };
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic(s_model, s_options with { MLContext = _ml }).Fit(_ml.Data.LoadFromEnumerable(drifting));
        Assert.IsTrue(transformer.Model.Warnings.Length > 0, "the second half of the data has 50 times the range");
        CollectionAssert.AreEqual(transformer.Model.Warnings.ToArray(), log);
        StringAssert.Contains(transformer.Model.Report, "Warning: " + transformer.Model.Warnings[0]);
    }

    [TestMethod]
    [DataRow(true, 1)]
    [DataRow(false, 2)]
    public void A_limit_draws_rows_from_the_whole_view(bool knowsCount, int cursors)
    {
        var source = new CountingView(Sample.View(_ml, 1_000), knowsCount);
        ObserveTransformer observed = _ml.Transforms.QuantizeObserve(s_model, s_options with { CalibrationRows = 50, Seed = 4 }).Fit(source);
        Assert.AreEqual((50L, cursors, 1), (observed.Calibration.Rows, source.Cursors, source.ColumnsRead));
        Assert.IsTrue(source.RowsRead > 500, $"the last row drawn was {source.RowsRead}");
    }

    [TestMethod]
    public void The_seed_decides_which_rows_are_drawn()
    {
        ImmutableArray<float> Scores(int seed) => [.. Networks.Run(_ml.Transforms.QuantizeStatic(s_model, s_options with { CalibrationRows = 20, Seed = seed })
            .Fit(Sample.View(_ml, 500)).Model.Graph, [1f, -1f, 0.5f, 0.25f])];
        CollectionAssert.AreEqual(Scores(1), Scores(1));
        CollectionAssert.AreNotEqual(Scores(1), Scores(2));
    }

    [TestMethod]
    public void A_limit_above_the_number_of_rows_reads_all() =>
        Assert.AreEqual(90, _ml.Transforms.QuantizeObserve(s_model, s_options with { CalibrationRows = 5_000 }).Fit(Sample.View(_ml)).Calibration.Rows);

    [TestMethod]
    [DataRow(null)]
    [DataRow(10)]
    public void An_empty_view_is_refused(int? limit) => StringAssert.Contains(
        Assert.Throws<InvalidOperationException>(() => _ml.Transforms.QuantizeStatic(s_model, s_options with { CalibrationRows = limit }).Fit(Sample.View(_ml, 0))).Message,
        "There is no row to calibrate on: the view behind 'Features' is empty. Fit on a view with data");

    [TestMethod]
    public void NaN_is_refused_with_its_place()
    {
        Sample[] samples = Sample.Draw(90);
        samples[41].Features[2] = float.NaN;
        Refusal.Of(() => _ml.Transforms.QuantizeStatic(s_model, s_options).Fit(_ml.Data.LoadFromEnumerable(samples)), "Column 'Features' holds NaN in row 41, slot 2", "Filter such rows");
    }

    private sealed class Reporter(Action<QuantizationProgress>? also = null) : IProgress<QuantizationProgress>
    {
        public List<QuantizationProgress> Steps { get; } = [];

        public void Report(QuantizationProgress value)
        {
            Steps.Add(value);
            also?.Invoke(value);
        }
    }
}
