using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class FuseChannelConstantsSpec
{
    private static Sketch Convolution(bool bias = false) => (bias ? new Sketch(2, 4, 5, 5).Random("b", 6) : new Sketch(2, 4, 5, 5)).Random("w", 6, 4, 3, 3)
        .Node("conv", "Conv", bias ? "x w b" : "x w").Random("c", 6, 1, 1).Positive("k", 1, 6, 1, 1).Constant("one", Tensor.Create(0.25f));

    private static Sketch Product() => new Sketch(2, 4).Random("w", 4, 6).Random("b", 1, 6).Node("conv", "Gemm", "x w b").Random("c", 6).Positive("k", 1, 6);

    public static IEnumerable<object[]> Fusible =>
    [
        ["bias, as CNTK writes it", Convolution().Node("y", "Add", "conv c").Outputs("y")],
        ["bias in front of another", Convolution(bias: true).Node("y", "Add", "c conv").Outputs("y")],
        ["one number for all", Convolution(bias: true).Node("y", "Sub", "conv one").Outputs("y")],
        ["factors", Convolution().Node("y", "Mul", "k conv").Outputs("y")],
        ["factors and bias", Convolution(bias: true).Node("m", "Mul", "conv k").Node("y", "Add", "m c").Outputs("y")],
        ["divisors", Convolution(bias: true).Node("y", "Div", "conv k").Outputs("y")],
        ["transposed, in groups", new Sketch(2, 4, 5, 5).Random("w", 4, 3, 3, 3).Node("conv", "ConvTranspose", "x w", ("group", 2)).Positive("k", 6, 1, 1).Node("y", "Mul", "conv k").Outputs("y")],
        ["product", Product().Node("m", "Mul", "conv k").Node("y", "Add", "m c").Outputs("y")],
    ];

    [TestMethod]
    [DynamicData(nameof(Fusible))]
    public void The_fused_operator_computes_what_all_did(string name, object given)
    {
        var graph = (Graph)given;
        PassResult result = new FuseChannelConstants().Run(graph);
        Assert.HasCount(1, result.Graph.Nodes, name);
        Assert.AreEqual("conv", result.Graph.Nodes[0].Name);
        Assert.AreEqual("y", result.Graph.Outputs[0].Name);
        Assert.IsTrue(result.Notes.All(note => note.Applied));
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(result.Graph), 1e-6);
    }

    [TestMethod]
    public void Convolution_addition_and_activation_are_one_integer_call()
    {
        Graph graph = Convolution().Node("a", "Add", "conv c").Node("y", "Relu", "a").Outputs("y");
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(graph, [Sketch.Inputs(graph)]);
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized.Graph);
        Assert.AreEqual("IntegerCalls applied at 'conv': Conv runs in integers", string.Join('\n', plan.Notes));
        Assert.IsGreaterThan(35.0, Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(quantized.Graph)));
    }

    [TestMethod]
    public void A_constant_along_the_width_declines() => Declines(Convolution().Random("row", 3).Node("y", "Add", "conv row").Outputs("y"), "one constant for each of 6 channels");

    [TestMethod]
    public void A_square_map_does_not_hide_a_constant_along_the_width() =>
        Declines(new Sketch(1, 4, 6, 6).Random("w", 6, 4, 1, 1).Node("conv", "Conv", "x w").Random("row", 6).Node("y", "Mul", "conv row").Outputs("y"), "one constant for each of 6 channels");

    [TestMethod]
    public void A_second_reader_declines() => Declines(Convolution().Node("y", "Add", "conv c").Outputs("y", "conv"), "is an output of the graph");

    [TestMethod]
    [DataRow(0f)]
    [DataRow(1e-40f, DisplayName = "A divisor whose reciprocal is infinite")]
    public void A_divisor_of_zero_declines(float divisor) => Declines(Convolution().Constant("zero", Tensor.Create(divisor)).Node("y", "Div", "conv zero").Outputs("y"), "divides by 0 or nearly 0");

    [TestMethod]
    public void A_difference_from_a_constant_is_left_alone()
    {
        Graph graph = Convolution().Node("y", "Sub", "c conv").Outputs("y");
        Assert.AreSame(graph, new FuseChannelConstants().Run(graph).Graph);
    }

    private static void Declines(Graph graph, string reason)
    {
        PassResult result = new FuseChannelConstants().Run(graph);
        Assert.AreSame(graph, result.Graph);
        StringAssert.Contains(result.Notes.Single().Text, reason);
    }
}
