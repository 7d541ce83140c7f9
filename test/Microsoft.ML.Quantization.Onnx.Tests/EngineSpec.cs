using System.Collections.Concurrent;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Whole networks: the same bits whatever computes them.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class EngineSpec
{
    private static readonly ConcurrentDictionary<string, (Graph Float, Graph Int8, Tensor Input)> s_networks = new();
    private static readonly ConcurrentDictionary<(string, bool), byte[]> s_expected = new();

    public static IEnumerable<object[]> Ways =>
        from model in ReferenceModel.All
        from engine in EnginesUnderTest.All
        from int8 in new[] { false, true }
        select new object[] { model.Name, engine.Name, int8 };

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void Every_engine_thread_count_and_batch_gives_the_bits_of_the_plain_loops(string name, string engine, bool int8)
    {
        (Graph real, Graph integers, Tensor x) = s_networks.GetOrAdd(name, Load);
        Graph graph = int8 ? integers : real;
        byte[] expected = s_expected.GetOrAdd((name, int8), _ => Run(graph, EngineList.Reference, threads: 1, x, batch: x.Shape[0]));
        foreach ((int threads, int batch) in new[] { (1, x.Shape[0]), (1, 1), (2, x.Shape[0]), (2, 5) })
        {
            CollectionAssert.AreEqual(expected, Run(graph, EngineList.Find(engine), threads, x, batch), $"{threads} threads, batch {batch}");
        }
    }

    private static (Graph Float, Graph Int8, Tensor Input) Load(string name)
    {
        ReferenceModel model = ReferenceModel.Named(name);
        Graph graph = model.Load();
        // Enough rows for every height of a tile; plain loops take their time.
        Tensor x = Rows(model.Input(), 0, 13);
        return (graph, ModelQuantizer.QuantizeStatic(graph, [[x]]).Graph, x);
    }

    private static byte[] Run(Graph graph, Engine engine, int threads, Tensor x, int batch)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = engine, Threads = threads });
        var output = new List<byte>();
        for (int row = 0; row < x.Shape[0]; row += batch) { output.AddRange(plan.Run(Rows(x, row, Math.Min(row + batch, x.Shape[0])))[0].Bytes.ToArray()); }
        return [.. output];
    }

    private static Tensor Rows(Tensor x, int first, int end)
    {
        int row = x.Length / x.Shape[0];
        return Tensor.Create<float>(x.AsSpan<float>()[(first * row)..(end * row)], new Shape([end - first, .. x.Shape.Sizes[1..]]));
    }
}
