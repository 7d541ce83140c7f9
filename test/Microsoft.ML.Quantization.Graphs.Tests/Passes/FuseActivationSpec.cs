using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class FuseActivationSpec
{
    private static Sketch Dense() => new Sketch(3, 4).Random("w", 4, 6).Random("b", 6).Node("gemm", "Gemm", "x w b");

    public static IEnumerable<object[]> Fusible =>
    [
        ["product", Dense().Node("relu", "Relu", "gemm").Outputs("relu")],
        ["convolution", new Sketch(1, 2, 6, 6).Random("w", 3, 2, 3, 3).Node("conv", "Conv", "x w").Node("relu", "Relu", "conv").Outputs("relu")],
        ["transposed convolution", new Sketch(1, 2, 6, 6).Random("w", 2, 3, 3, 3).Node("conv", "ConvTranspose", "x w").Node("relu", "Relu", "conv").Outputs("relu")],
        ["matrix product", new Sketch(3, 4).Random("w", 4, 6).Node("mm", "MatMul", "x w").Node("relu", "Relu", "mm").Outputs("relu")],
        ["sum", new Sketch(3, 4).Random("c", 3, 4).Node("add", "Add", "x c").Node("relu", "Relu", "add").Outputs("relu")],
        ["clip", Dense().Constant("lo", Tensor.Scalar(-0.25f)).Constant("hi", Tensor.Scalar(0.5f)).Node("relu", "Clip", "gemm lo hi").Outputs("relu")],
        ["clip with one bound", Dense().Constant("hi", Tensor.Scalar(0.5f)).Node("relu", "Clip", "gemm - hi").Outputs("relu")],
    ];

    [TestMethod]
    [DynamicData(nameof(Fusible))]
    public void The_fused_operator_computes_what_the_two_did(string name, object given)
    {
        var graph = (Graph)given;
        PassResult result = new FuseActivation().Run(graph);
        Assert.HasCount(1, result.Graph.Nodes, name);
        Assert.AreEqual("relu", result.Graph.Outputs[0].Name, "the activation's value keeps its name");
        Assert.AreNotEqual("relu", result.Graph.Nodes[0].Name, "the operator keeps its name");
        Assert.IsTrue(result.Notes.Single().Applied);
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(result.Graph));
    }

    [TestMethod]
    public void An_activation_between_operator_and_QuantizeLinear_is_fused()
    {
        Graph graph = Dense().Node("relu", "Relu", "gemm").Constant("s", Tensor.Scalar(0.1f)).Constant("z", Tensor.Scalar((byte)0))
            .Node("q", "QuantizeLinear", "relu s z").Node("d", "DequantizeLinear", "q s z").Outputs("d");
        Assert.AreEqual("Gemm QuantizeLinear DequantizeLinear", Sketch.Operators(new FuseActivation().Run(graph).Graph));
    }

    [TestMethod]
    public void An_activation_behind_another_operator_is_left_without_a_note()
    {
        PassResult result = new FuseActivation().Run(new Sketch(1, 2, 6, 6).Node("pool", "GlobalAveragePool", "x").Node("relu", "Relu", "pool").Outputs("relu"));
        Assert.AreEqual("GlobalAveragePool Relu", Sketch.Operators(result.Graph));
        Assert.IsEmpty(result.Notes);
    }

    [TestMethod]
    public void A_second_reader_declines() => Declines(
        Dense().Node("relu", "Relu", "gemm").Node("other", "Sigmoid", "gemm").Outputs("relu", "other"), "Gemm 'gemm' feeds 2 nodes; a change would reach the others");

    [TestMethod]
    public void An_output_in_between_declines() => Declines(
        Dense().Node("relu", "Relu", "gemm").Outputs("relu", "gemm"), "'gemm', the output of Gemm 'gemm', is an output of the graph");

    [TestMethod]
    public void Bounds_that_are_computed_decline() => Declines(
        Dense().Input("lo").Node("clip", "Clip", "gemm lo").Outputs("clip"), "bound 'lo' is not a float32 constant");

    [TestMethod]
    public void Bounds_in_the_wrong_order_decline() => Declines(
        Dense().Constant("lo", Tensor.Scalar(1f)).Constant("hi", Tensor.Scalar(0f)).Node("clip", "Clip", "gemm lo hi").Outputs("clip"),
        "its bounds are 1 and 0; expected the lower one first");

    [TestMethod]
    public void A_second_activation_declines()
    {
        PassResult result = new FuseActivation().Run(Dense().Node("relu", "Relu", "gemm").Node("clip", "Clip", "relu").Outputs("clip"));
        Assert.AreEqual("Gemm Clip", Sketch.Operators(result.Graph));
        Assert.AreEqual("Gemm 'gemm' has an activation behind it already", result.Notes[1].Text);
    }

    private static void Declines(Graph graph, string reason)
    {
        PassResult result = new FuseActivation().Run(graph);
        Assert.AreSame(graph, result.Graph);
        Assert.AreEqual(reason, result.Notes.Single().Text);
        Assert.IsFalse(result.Notes[0].Applied);
    }
}
