using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Tests.Passes;

namespace Microsoft.ML.Quantization.Tests.Diagnostics;

[TestClass]
public sealed class EqualizationSpec
{
    private static readonly (string, object)[] s_transposed = [("transB", true)];

    private static Graph Convolutions(string between = "Relu", int groups = 1) => new Sketch(2, 3, 8, 8)
        .Random("w1", 4, 3, 3, 3).Random("b1", 4).Random("w2", 4, 4 / groups, 3, 3)
        .Node("conv1", "Conv", "x w1 b1").Node("middle", between, "conv1").Node("conv2", "Conv", "middle w2", ("group", groups)).Outputs("conv2");

    [TestMethod]
    [DataRow("Relu")]
    [DataRow("GlobalAveragePool")]
    public void Balanced_layers_compute_the_same_and_have_equal_ranges(string between)
    {
        Graph graph = between == "Relu" ? Convolutions() : new Sketch(2, 3, 8, 8).Random("w1", 4, 3, 3, 3).Random("w2", 4, 4, 1, 1)
            .Node("conv1", "Conv", "x w1").Node("middle", between, "conv1").Node("conv2", "Conv", "middle w2").Outputs("conv2");
        PassResult result = new EqualizeCrossLayer().Run(graph);
        Assert.IsTrue(result.Notes.Single().Applied);
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(result.Graph), 1e-5);
        MinMaxObserver rows = ChannelScaling.Ranges(result.Graph.Constant("w1")!, 0), columns = ChannelScaling.Ranges(result.Graph.Constant("w2")!, 1);
        for (int c = 0; c < 4; c++) { Assert.AreEqual(rows.Maxima[c] - rows.Minima[c], columns.Maxima[c] - columns.Minima[c], 1e-4); }
    }

    [TestMethod]
    public void Products_with_weights_either_way_round_are_balanced()
    {
        Graph graph = new Sketch(3, 5).Random("w1", 5, 6).Random("b1", 6).Random("w2", 4, 6)
            .Node("fc1", "Gemm", "x w1 b1").Node("relu", "Relu", "fc1").Node("fc2", "Gemm", "relu w2", s_transposed).Outputs("fc2");
        Graph balanced = new EqualizeCrossLayer().Run(graph).Graph;
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(balanced), 1e-5);
    }

    [TestMethod]
    public void A_channel_without_range_keeps_its_values()
    {
        EqualizedPair pair = CrossLayerEqualization.Equalize(Tensor.Create<float>([0, 0, 1, -1], new Shape(2, 2)), 0, Tensor.Create(3f, 4f), Tensor.Create<float>([1, 2, 3, 4], new Shape(2, 2)), 1);
        Assert.AreEqual(1f, pair.Factors[0]);
        Assert.AreEqual(3f, pair.Bias!.AsSpan<float>()[0]);
        Assert.IsTrue(pair.Second.AsSpan<float>().ToArray().All(float.IsFinite));
    }

    [TestMethod]
    public void Groups_decline() => Declines(Convolutions(groups: 2), "Conv 'conv2' has groups; its weights do not hold all input channels on one axis");

    [TestMethod]
    public void Shared_weights_decline() => Declines(
        new Sketch(2, 4).Random("w", 4, 4).Node("fc1", "Gemm", "x w").Node("fc2", "Gemm", "fc1 w").Outputs("fc2"), "the weights of Gemm 'fc1' belong to other nodes as well");

    [TestMethod]
    public void Curves_in_between_are_no_pair() => Assert.IsEmpty(new EqualizeCrossLayer().Run(Convolutions("Sigmoid")).Notes);

    [TestMethod]
    public void A_pair_that_was_asked_for_and_cannot_be_is_refused()
    {
        var pass = new EqualizeCrossLayer(new() { Pairs = [new("conv1", "conv2")] });
        Refusal.Of(() => pass.Run(Convolutions("Sigmoid")), "cannot be equalized", "is not the only reader", "Leave the pair out");
        Refusal.Of(() => pass.Run(Convolutions(groups: 2)), "has groups");
        Refusal.Of(() => CrossLayerEqualization.Factors(new Tensor(ElementType.Float32, new Shape(2, 2)), 0, new Tensor(ElementType.Float32, new Shape(2, 3)), 1), "2 output channels", "3 input channels");
    }

    [TestMethod]
    public void Inputs_are_scaled_by_a_Mul_or_in_the_layer_before()
    {
        Graph graph = Convolutions();
        PassResult result = InputWeightEqualization.Run(FusionPipeline.Run(graph).Graph, [Sketch.Inputs(graph)]);
        Assert.AreEqual("Mul Conv Conv", Sketch.Operators(result.Graph));
        Assert.AreEqual(2, result.Notes.Count(note => note.Applied));
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(result.Graph), 1e-5);
    }

    [TestMethod]
    public void Only_named_layers_are_equalized_and_others_that_cannot_be_say_why()
    {
        Graph graph = FusionPipeline.Run(Convolutions(groups: 2)).Graph;
        Assert.AreSame(graph, InputWeightEqualization.Run(graph, [], new HashSet<string> { "conv2" }).Graph);
        Assert.AreEqual("Conv Conv", Sketch.Operators(graph));
        Assert.AreEqual("Mul Conv Conv", Sketch.Operators(InputWeightEqualization.Run(graph, [Sketch.Inputs(graph)], new HashSet<string> { "conv1" }).Graph));
        Refusal.Of(() => InputWeightEqualization.Run(graph, [], new HashSet<string> { "conv9" }), "has no node 'conv9'");
        Refusal.Of(() => InputWeightEqualization.Run(graph, []), "was given no data", "expected at least one batch");
    }

    [TestMethod]
    public void Factors_need_both_ranges_with_the_same_channels()
    {
        MinMaxObserver none = ChannelScaling.Observer(1), two = ChannelScaling.Ranges(Tensor.Create<float>([1, 2], new Shape(1, 2)), 1), three = ChannelScaling.Ranges(Tensor.Create<float>([1, 2, 3], new Shape(1, 3)), 1);
        Refusal.Of(() => InputWeightEqualization.Factors(none, two), "never observed");
        Refusal.Of(() => InputWeightEqualization.Factors(two, three), "2 channels and the weights 3", "Check the channel axes");
    }

    private static void Declines(Graph graph, string reason)
    {
        PassResult result = new EqualizeCrossLayer().Run(graph);
        Assert.AreSame(graph, result.Graph);
        Assert.AreEqual(reason, result.Notes.Single().Text);
    }
}
