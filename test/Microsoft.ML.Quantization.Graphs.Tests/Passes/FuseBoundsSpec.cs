using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class FuseBoundsSpec
{
    private static Sketch Start() => new Sketch(3, 4).Constant("low", Tensor.Scalar(-0.25f)).Constant("high", Tensor.Scalar(0.5f)).Random("row", 4);

    public static IEnumerable<object[]> Fusible =>
    [
        ["Min then Max", Start().Node("a", "Min", "x high").Node("y", "Max", "low a").Outputs("y")],
        ["Max then Min", Start().Node("a", "Max", "x low").Node("y", "Min", "a high").Outputs("y")],
        ["Relu then Min", Start().Node("a", "Relu", "x").Node("y", "Min", "a high").Outputs("y")],
        ["Clip then Max", Start().Node("a", "Clip", "x - high").Node("y", "Max", "a low").Outputs("y")],
        ["bounds that cross", Start().Node("a", "Min", "x low").Node("y", "Max", "a high").Outputs("y")],
        ["one bound", Start().Node("y", "Max", "x low").Outputs("y")],
    ];

    [TestMethod]
    [DynamicData(nameof(Fusible))]
    public void One_Clip_gives_the_bits_of_the_two(string name, object given)
    {
        var graph = (Graph)given;
        Graph fused = new FuseBounds().Run(graph).Graph;
        Assert.AreEqual("Clip", Sketch.Operators(fused), name);
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(fused));
    }

    [TestMethod]
    public void A_value_that_others_read_is_clipped_apart()
    {
        Graph graph = Start().Node("a", "Relu", "x").Node("y", "Min", "a high").Outputs("y", "a");
        Assert.AreEqual("Relu Clip", Sketch.Operators(new FuseBounds().Run(graph).Graph));
    }

    [TestMethod]
    public void Bounds_of_columns_and_two_activations_are_left_alone()
    {
        Graph graph = Start().Node("a", "Min", "x row").Node("y", "Max", "a x").Outputs("y");
        Assert.AreSame(graph, new FuseBounds().Run(graph).Graph);
    }

    [TestMethod]
    public void Behind_a_product_the_bounds_are_part_of_the_integer_call()
    {
        Graph graph = Start().Random("w", 4, 6).Node("mm", "MatMul", "x w").Node("a", "Min", "mm high").Node("y", "Max", "a low").Outputs("y");
        Graph quantized = ModelQuantizer.QuantizeStatic(graph, [Sketch.Inputs(graph)]).Graph;
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized);
        Assert.AreEqual("IntegerCalls applied at 'mm': MatMul runs in integers", string.Join('\n', plan.Notes));
    }
}
