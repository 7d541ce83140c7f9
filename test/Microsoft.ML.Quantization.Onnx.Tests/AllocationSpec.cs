using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Scoring a real network again allocates nothing on any thread.</summary>
[TestClass]
[TestCategory("Engine")]
[DoNotParallelize]
public sealed class AllocationSpec
{
    private const int Rows = 2, WarmRuns = 10, Runs = 20;

    public static IEnumerable<object[]> Cases =>
        from path in Directory.EnumerateFiles(RepositoryFolder.At("test", "Models"), "*.input.f32").Order(StringComparer.Ordinal)
        from engine in EnginesUnderTest.All
        from threads in new[] { 1, 2 }
        select new object[] { Path.GetFileName(path)[..^".input.f32".Length], engine.Name, threads };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Running_a_plan_again_allocates_nothing(string model, string engine, int threads)
    {
        Graph graph = OnnxImporter.Load(RepositoryFolder.At("test", "Models", model + ".onnx"));
        Tensor rows = FirstRows(graph, File.ReadAllBytes(RepositoryFolder.At("test", "Models", model + ".input.f32")));
        bool isFloat = !graph.Nodes.Any(node => node.Operator == "QuantizeLinear");
        foreach (Graph form in isFloat ? [graph, ModelQuantizer.QuantizeStatic(graph, [[rows]]).Graph] : (Graph[])[graph])
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(form, new() { Engine = Kernels.EngineList.Find(engine), Threads = threads });
            ImmutableArray<Shape> shapes = [rows.Shape];
            for (int i = 0; i < WarmRuns; i++) { Score(plan, shapes, rows); }

            // The test host's own threads allocate now and then; a plan that did would do so every time.
            long least = Enumerable.Range(0, Runs).Min(_ => Allocated(plan, shapes, rows));
            Assert.AreEqual(0, least, "bytes of a run");
        }
    }

    private static long Allocated(ExecutionPlan plan, ImmutableArray<Shape> shapes, Tensor rows)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Score(plan, shapes, rows);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static void Score(ExecutionPlan plan, ImmutableArray<Shape> shapes, Tensor rows)
    {
        using RunContext context = plan.Rent(shapes);
        rows.AsSpan<float>().CopyTo(context.Input<float>(0));
        context.Run();
    }

    private static Tensor FirstRows(Graph graph, byte[] values)
    {
        int[] sizes = [.. graph.Inputs[0].Fact.Dimensions.Skip(1).Select(static size => size.Size!.Value)];
        int rows = graph.Inputs[0].Fact.Dimensions[0].Size ?? Rows;
        int length = sizes.Aggregate(sizeof(float), static (product, size) => product * size);
        return new(ElementType.Float32, new Shape([rows, .. sizes]), values[..(rows * length)]);
    }
}
