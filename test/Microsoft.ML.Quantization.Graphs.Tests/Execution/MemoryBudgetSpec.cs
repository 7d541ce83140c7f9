using System.Collections.Immutable;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>A graph of a few bytes cannot ask for more than 64 MB and 8 times what is there; products may, and a limit that is set is kept.</summary>
[TestClass]
public sealed class MemoryBudgetSpec
{
    private const int Side = 5000;
    private const long Result = 4L * Side * Side;

    [TestMethod]
    [DataRow("ConstantOfShape")]
    [DataRow("Expand")]
    [DataRow("Tile")]
    [DataRow("Resize")]
    [DataRow("Pad")]
    [DataRow("Add")]
    [DataRow("Range")]
    public void Growth_out_of_a_few_bytes_is_refused(string op) =>
        Refusal.Of(() => Run(Growing(op)), "bytes", "64 MB and 8 times", "MemoryLimit", "--memory-limit");

    [TestMethod]
    [DataRow("ConstantOfShape")]
    [DataRow("Expand")]
    [DataRow("Tile")]
    [DataRow("Add")]
    public void A_limit_that_is_set_decides(string op)
    {
        Refusal.Of(() => Run(Growing(op), Result), $"{Result:N0}, the limit that was set");
        Assert.AreEqual(Side * Side, Run(Growing(op), 2 * Result + (1 << 20)).Length);
    }

    [TestMethod]
    public void What_a_product_computes_counts_as_given()
    {
        var graph = new GraphBuilder("outer", 13);
        graph.AddInput("x", new(ElementType.Float32, [Side, 1]));
        string row = graph.AddConstant("row", new Tensor(ElementType.Float32, new Shape(1, Side)));
        graph.Add(new Node("product", "MatMul", ["x", row], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        Assert.AreEqual(Side * Side, Run(graph.Build()).Length);
    }

    [TestMethod]
    public void Shapes_that_data_decide_are_refused_while_the_model_runs()
    {
        var graph = new GraphBuilder("open", 13);
        graph.AddInput("x", new(ElementType.Int64, [2]));
        graph.Add(new Node("zeros", "ConstantOfShape", ["x"], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        using ExecutionPlan plan = ExecutionPlan.Bind(graph.Build());
        Assert.AreEqual(new Shape(2, 3), plan.Run(Tensor.Create(2L, 3L))[0].Shape);
        Refusal.Of(() => plan.Run(Tensor.Create<long>(Side, Side)), "64 MB and 8 times");
        Refusal.Of(() => plan.Run(Tensor.Create(1L << 31, 1L << 31)), "zeros");
    }

    [TestMethod]
    public void A_limit_below_one_byte_is_refused() =>
        Refusal.Of(() => ExecutionPlan.Bind(Growing("Tile"), new() { MemoryLimit = 0 }), "memory limit of 0 bytes; expected 1 or more");

    private static Tensor Run(Graph graph, long? limit = null)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { MemoryLimit = limit });
        return plan.Run([.. graph.Inputs.Select(input => new Tensor(input.Fact.Type, input.Fact.ToShape()))])[0];
    }

    private static Graph Growing(string op)
    {
        var graph = new GraphBuilder("growing", 13);
        graph.AddInput("x", new(ElementType.Float32, [1, 1, 1, 1]));
        string size = graph.AddConstant("size", Tensor.Create<long>(1, 1, Side, Side));
        string grown = op switch
        {
            "ConstantOfShape" => graph.Add("grow", op, [size]),
            "Resize" => graph.Add("grow", op, ["x", "", "", size], NodeAttributes.Empty.With("mode", "nearest")),
            "Pad" => graph.Add("grow", op, ["x", graph.AddConstant("pads", Tensor.Create<long>(0, 0, 0, 0, 0, 0, Side - 1, Side - 1))]),
            "Add" => graph.Add("grow", op, [graph.Add("column", "Tile", ["x", graph.AddConstant("tall", Tensor.Create<long>(1, 1, Side, 1))]), graph.Add("row", "Tile", ["x", graph.AddConstant("wide", Tensor.Create<long>(1, 1, 1, Side))])]),
            "Range" => graph.Add("grow", op, [graph.AddConstant("start", Tensor.Scalar(0f)), graph.AddConstant("limit", Tensor.Scalar((float)Side * Side)), graph.AddConstant("step", Tensor.Scalar(1f))]),
            _ => graph.Add("grow", op, ["x", size]),
        };
        // Not an output by itself, so that nothing depends on the input being unread.
        graph.Add(new Node("sum", "Add", [grown, "x"], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        return graph.Build();
    }
}
