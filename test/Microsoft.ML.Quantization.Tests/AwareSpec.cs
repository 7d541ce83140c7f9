using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>The simulation of an int8 network in float.</summary>
[TestClass]
public sealed class AwareSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp(4, 16, 3);
    private readonly MLContext _ml = new(seed: 1);
    private readonly Sample[] _samples = Sample.Draw(90);

    private IDataView Source => _ml.Data.LoadFromEnumerable(_samples);

    private FakeQuantizeTransformer Fitted(string? label = null) => _ml.Transforms.QuantizeAware("Simulated", "Features", s_model, label).Fit(Source);

    [TestMethod]
    public void It_answers_what_ONNX_Runtime_answers_when_it_runs_the_converted_file_in_float()
    {
        OnnxRuntimeSession.Require();
        FakeQuantizeTransformer simulation = Fitted();
        IDataView simulated = simulation.Transform(Source);
        using var file = new MemoryStream();
        _ml.Transforms.QuantizeConvertStatic("Score", "Simulated").Fit(simulated).Model.SaveOnnx(file);
        // Without its optimizations ONNX Runtime runs each QuantizeLinear, DequantizeLinear and float operator for itself.
        using var session = new OnnxRuntimeSession(file.ToArray(), optimize: false);
        float[][] scores = [.. simulated.GetColumn<float[]>("Simulated")];
        for (int i = 0; i < scores.Length; i++)
        {
            float[] expected = session.Run(Tensor.Create<float>(_samples[i].Features, new Shape(1, 4)))[0].AsSpan<float>().ToArray();
            for (int k = 0; k < 3; k++) { Assert.AreEqual(expected[k], scores[i][k], 1e-6f, $"row {i}, score {k}"); }
        }
    }

    [TestMethod]
    public void No_operator_of_it_runs_in_integers()
    {
        Assert.IsFalse(Fitted().Network.Plan.Notes.Any(note => note.Applied), string.Join(Environment.NewLine, Fitted().Network.Plan.Notes));
    }

    [TestMethod]
    public void It_is_nearer_to_int8_than_the_float_network_is()
    {
        IDataView simulated = Fitted().Transform(Source);
        IDataView converted = _ml.Transforms.QuantizeConvertStatic("Score", "Simulated").Fit(simulated).Transform(simulated);
        float[][] int8 = [.. converted.GetColumn<float[]>("Score")], simulation = [.. simulated.GetColumn<float[]>("Simulated")];
        float Distance(Func<int, float[]> other) => int8.Select((score, i) => score.Zip(other(i), (a, b) => MathF.Abs(a - b)).Sum()).Sum();
        float toFloat = Distance(i => Networks.Run(s_model.Graph, _samples[i].Features)), toSimulation = Distance(i => simulation[i]);
        Assert.IsTrue(toSimulation < toFloat / 20, $"{toSimulation} against {toFloat}");
    }

    [TestMethod]
    public void Conversion_behind_it_gives_what_conversion_behind_Observe_gives()
    {
        IDataView aware = _ml.Transforms.QuantizeAware("Score", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(Source).Transform(Source);
        IDataView observed = _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(Source).Transform(Source);
        CollectionAssert.AreEqual(ViewText.Of(observed, ["Score"]), ViewText.Of(aware, ["Score"]));
    }

    [TestMethod]
    public void A_chain_that_ends_with_the_conversion_does_not_run_the_simulation()
    {
        var chain = _ml.Transforms.QuantizeAware("Score", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(Source);
        Assert.AreEqual(90, chain.Transform(Source).GetColumn<float[]>("Score").Count());
        Assert.IsFalse(((FakeQuantizeTransformer)chain.First()).Network.IsBound);
    }

    [TestMethod]
    public void A_label_column_must_be_there_and_is_not_read()
    {
        var source = new CountingView(Source);
        List<string> log = [];
        _ml.Log += (_, message) => { if (message.Kind == ChannelMessageKind.Warning) { log.Add(message.RawMessage); } };
        FakeQuantizeTransformer transformer = _ml.Transforms.QuantizeAware("Simulated", "Features", s_model, "Amount", new() { MLContext = _ml }).Fit(source);
        Assert.AreEqual(1, source.ColumnsRead);
        string warning = "The label column 'Amount' was not read: this version calibrates the network and does not train it.";
        CollectionAssert.Contains(log, warning);
        IDataView simulated = transformer.Transform(Source);
        CollectionAssert.Contains(_ml.Transforms.QuantizeConvertStatic("Score", "Simulated").Fit(simulated).Model.Warnings.ToArray(), warning);

        Refuses("Missing", source);
        Assert.AreEqual(1, source.Cursors);
    }

    private void Refuses(string label, IDataView source)
    {
        foreach (Action fit in new Action[] { () => _ml.Transforms.QuantizeAware("S", "Features", s_model, label).Fit(source), () => _ml.Transforms.CopyColumns("C", "Features").Append(_ml.Transforms.QuantizeAware("S", "Features", s_model, label)).Fit(source) })
        {
            StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(fit).Message, $"Could not find input column '{label}'");
        }
    }

    [TestMethod]
    public void Its_output_does_not_hide_its_input() => StringAssert.Contains(
        Assert.Throws<ArgumentException>(() => _ml.Transforms.QuantizeAware("Features", "Features", s_model)).Message, "QuantizeAware reads and writes 'Features'. Give the output another name");
}
