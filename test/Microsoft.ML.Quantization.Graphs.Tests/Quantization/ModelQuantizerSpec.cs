using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class ModelQuantizerSpec
{
    private static readonly Graph s_model = SmallNetwork.Everything();

    private static Tensor Batch(int seed, int rows = 4) => SmallNetwork.Random(new Random(seed), new Shape(rows, 3, 8, 8));

    [TestMethod]
    public void The_float_model_is_not_changed()
    {
        Tensor x = Batch(1);
        using ExecutionPlan before = ExecutionPlan.Bind(s_model);
        byte[] expected = before.Run(x)[0].Bytes.ToArray();
        ModelQuantizer.QuantizeStatic(s_model, [[x]]);
        using ExecutionPlan after = ExecutionPlan.Bind(s_model);
        CollectionAssert.AreEqual(expected, after.Run(x)[0].Bytes.ToArray());
    }

    [TestMethod]
    public void Every_engine_and_thread_count_leads_to_the_same_constants()
    {
        Graph expected = ModelQuantizer.QuantizeStatic(s_model, [[Batch(1)], [Batch(2)]], new() { Engine = EngineList.Reference }).Graph;
        foreach (Engine engine in EnginesUnderTest.All)
        {
            Graph actual = ModelQuantizer.QuantizeStatic(s_model, [[Batch(1)], [Batch(2)]], new() { Engine = engine, Threads = 2 }).Graph;
            CollectionAssert.AreEqual(expected.Constants.Keys.ToArray(), actual.Constants.Keys.ToArray());
            foreach ((string name, Tensor tensor) in expected.Constants) { CollectionAssert.AreEqual(tensor.Bytes.ToArray(), actual.Constants[name].Bytes.ToArray(), name); }
        }
    }

    [TestMethod]
    public void Two_calibrations_merge_into_one()
    {
        Graph expected = ModelQuantizer.QuantizeStatic(s_model, [[Batch(1)], [Batch(2)]]).Graph;

        using StaticQuantizer first = new(s_model), second = new(s_model);
        first.Observe([Batch(1)]);
        second.Observe([Batch(2)]);
        first.Calibration.Merge(second.Calibration);
        Graph merged = first.Convert().Graph;

        foreach ((string name, Tensor tensor) in expected.Constants) { CollectionAssert.AreEqual(tensor.Bytes.ToArray(), merged.Constants[name].Bytes.ToArray(), name); }
    }

    [TestMethod]
    public void Progress_counts_rows()
    {
        var reports = new List<QuantizationProgress>();
        ModelQuantizer.QuantizeStatic(s_model, [[Batch(1)], [Batch(2, rows: 3)]], new() { TotalRows = 7, Progress = new Listener(reports) });
        CollectionAssert.AreEqual(new QuantizationProgress[] { new(4, 7), new(7, 7) }, reports);
    }

    [TestMethod]
    public void Cancellation_ends_it_before_the_next_batch()
    {
        using var source = new CancellationTokenSource();
        int batches = 0;
        Assert.ThrowsExactly<OperationCanceledException>(() => ModelQuantizer.QuantizeStatic(s_model, Endless(), new() { CancellationToken = source.Token }));
        Assert.AreEqual(3, batches);

        IEnumerable<System.Collections.Immutable.ImmutableArray<Tensor>> Endless()
        {
            while (true)
            {
                if (++batches == 3) { source.Cancel(); }
                yield return [Batch(1)];
            }
        }
    }

    [TestMethod]
    public void No_data_and_NaN_are_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeStatic(s_model, [])).Message, "There is no row to calibrate on");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeStatic(s_model, [[Batch(1, rows: 0)]])).Message, "There is no row to calibrate on");
        Tensor broken = Batch(1);
        broken.AsSpan<float>()[5] = float.NaN;
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeStatic(s_model, [[broken]])).Message, "Value 'x', an input of the graph, is NaN");
    }

    [TestMethod]
    public void Data_whose_first_part_is_narrow_brings_a_warning()
    {
        IEnumerable<System.Collections.Immutable.ImmutableArray<Tensor>> Batches(float firstMagnitude)
        {
            for (int i = 0; i < 40; i++) { yield return [SmallNetwork.Random(new Random(i), new Shape(4, 3, 8, 8), i < 8 ? firstMagnitude : 1f)]; }
        }
        Assert.AreEqual(0, ModelQuantizer.QuantizeStatic(s_model, Batches(1f)).Warnings.Length);
        StringAssert.Contains(string.Join('\n', ModelQuantizer.QuantizeStatic(s_model, Batches(0.1f)).Warnings), "'x'");
    }

    private sealed class Listener(List<QuantizationProgress> reports) : IProgress<QuantizationProgress>
    {
        public void Report(QuantizationProgress value) => reports.Add(value);
    }
}
