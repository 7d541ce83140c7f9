using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class FuseBiasSpec
{
    private static Sketch Product() => new Sketch(2, 3, 4).Random("w", 4, 6).Random("b", 6).Node("mm", "MatMul", "x w");

    public static IEnumerable<object[]> Fusible =>
    [
        ["bias behind", Product().Node("y", "Add", "mm b").Outputs("y")],
        ["bias in front, as PyTorch writes it", Product().Node("y", "Add", "b mm").Outputs("y")],
        ["a row, as CNTK and Keras write it", Product().Random("row", 1, 6).Node("y", "Add", "mm row").Outputs("y")],
        ["one number", Product().Constant("one", Tensor.Create(0.25f)).Node("y", "Add", "mm one").Outputs("y")],
        ["scalar", Product().Constant("one", Tensor.Scalar(0.25f)).Node("y", "Add", "mm one").Outputs("y")],
    ];

    [TestMethod]
    [DynamicData(nameof(Fusible))]
    public void The_product_with_a_bias_computes_the_bits_of_the_two(string name, object given)
    {
        var graph = (Graph)given;
        PassResult result = new FuseBias().Run(graph);
        Assert.AreEqual("MatMul", Sketch.Operators(result.Graph), name);
        Assert.AreEqual("y", result.Graph.Nodes[0].Output);
        Assert.AreEqual("mm", result.Graph.Nodes[0].Name);
        // The sum written out: a product whose result is read twice is not fused when it is bound.
        Graph apart = new GraphBuilder(graph) is var builder && AddOutput(builder, "mm") ? builder.Build() : graph;
        float[] sums = Outputs(apart)[0];
        CollectionAssert.AreEqual(sums, Sketch.Run(result.Graph));
    }

    [TestMethod]
    public void An_activation_behind_the_addition_is_kept()
    {
        Graph graph = Product().Node("a", "Add", "mm b").Node("y", "Relu", "a").Outputs("y");
        Graph expected = new FuseActivation().Run(new FuseBias().Run(graph).Graph).Graph;
        Graph other = new FuseBias().Run(new FuseActivation().Run(graph).Graph).Graph;
        Assert.AreEqual("MatMul", Sketch.Operators(expected));
        Assert.AreEqual("MatMul", Sketch.Operators(other));
        CollectionAssert.AreEqual(Sketch.Run(expected), Sketch.Run(other));
        Assert.AreEqual(0f, Sketch.Run(expected).Min());
    }

    [TestMethod]
    public void A_quantized_product_and_its_bias_are_one_integer_call()
    {
        Graph graph = Product().Node("y", "Add", "b mm").Outputs("y");
        Graph quantized = ModelQuantizer.QuantizeStatic(graph, [Sketch.Inputs(graph)]).Graph;
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized);
        Assert.AreEqual("IntegerCalls applied at 'mm': MatMul runs in integers", string.Join('\n', plan.Notes));
        Assert.IsGreaterThan(35.0, Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(quantized)));
    }

    [TestMethod]
    public void A_second_reader_declines() =>
        Declines(Product().Node("y", "Add", "mm b").Outputs("y", "mm"), "'mm', the output of MatMul 'mm', is an output of the graph");

    [TestMethod]
    public void A_second_bias_declines() =>
        Declines(Product().Node("a", "Add", "mm b").Node("y", "Add", "a b").Outputs("y"), "MatMul 'mm' has a bias or an activation behind it already", turns: 2);

    [TestMethod]
    public void A_product_of_two_activations_declines() =>
        Declines(new Sketch(2, 3, 4).Input("k", 4, 6).Random("b", 6).Node("mm", "MatMul", "x k").Node("y", "Add", "mm b").Outputs("y"), "the second input of MatMul 'mm' is no constant matrix");

    [TestMethod]
    public void A_vector_that_stretches_the_product_declines() =>
        Declines(new Sketch(2, 3, 4).Random("w", 4, 1).Random("b", 6).Node("mm", "MatMul", "x w").Node("y", "Add", "mm b").Outputs("y"),
            "'b' is float32[6]; expected one number for each of 1 columns, as the bias of MatMul 'mm' added in Add 'y'");

    [TestMethod]
    public void A_constant_with_rows_is_no_bias() =>
        Assert.IsEmpty(new FuseBias().Run(new Sketch(2, 3, 4).Random("w", 4, 6).Random("b", 3, 6).Node("mm", "MatMul", "x w").Node("y", "Add", "mm b").Outputs("y")).Notes);

    private static void Declines(Graph graph, string reason, int turns = 1)
    {
        PassResult result = new FuseBias().Run(graph);
        if (turns == 2) { result = new FuseBias().Run(result.Graph); }
        Assert.AreEqual(reason, result.Notes.Single().Text);
        Assert.IsFalse(result.Notes.Single().Applied);
    }

    private static bool AddOutput(GraphBuilder builder, string name)
    {
        builder.AddOutput(name);
        return true;
    }

    private static float[][] Outputs(Graph graph)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        return [.. plan.Run(Sketch.Inputs(graph)).Select(tensor => tensor.AsSpan<float>().ToArray())];
    }
}
