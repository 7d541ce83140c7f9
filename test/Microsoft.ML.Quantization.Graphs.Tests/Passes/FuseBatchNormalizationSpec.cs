using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class FuseBatchNormalizationSpec
{
    private static Sketch WithStatistics(Sketch sketch, int channels) =>
        sketch.Random("gamma", channels).Random("beta", channels).Random("mean", channels).Positive("variance", channels);

    private static Sketch Norm(Sketch sketch, string input, int channels) =>
        WithStatistics(sketch, channels).Node("norm", "BatchNormalization", $"{input} gamma beta mean variance", ("epsilon", 1e-3f));

    private static Graph Convolution(int groups, bool bias) => Norm(
        (bias ? new Sketch(2, 4, 5, 5).Random("b", 6) : new Sketch(2, 4, 5, 5)).Random("w", 6, 4 / groups, 3, 3)
            .Node("conv", "Conv", bias ? "x w b" : "x w", ("group", groups)), "conv", 6).Outputs("norm");

    private static Graph Transposed(int groups) => Norm(
        new Sketch(2, 4, 5, 5).Random("w", 4, 6 / groups, 3, 3).Random("b", 6).Node("conv", "ConvTranspose", "x w b", ("group", groups)), "conv", 6).Outputs("norm");

    private static Graph Product(bool transposed, float alpha, float beta) => Norm(
        (transposed ? new Sketch(3, 4).Random("w", 6, 4) : new Sketch(3, 4).Random("w", 4, 6)).Random("b", 6)
            .Node("gemm", "Gemm", "x w b", ("transB", transposed), ("alpha", alpha), ("beta", beta)), "gemm", 6).Outputs("norm");

    public static IEnumerable<object[]> Fusible =>
    [
        ["convolution", Convolution(1, true)], ["convolution without bias", Convolution(1, false)], ["grouped convolution", Convolution(2, true)],
        ["transposed convolution", Transposed(1)], ["grouped transposed convolution", Transposed(2)],
        ["product", Product(false, 1, 1)], ["product with transposed weights", Product(true, 1, 1)], ["product with factors", Product(true, 0.5f, 2)],
    ];

    [TestMethod]
    [DynamicData(nameof(Fusible))]
    public void The_fused_operator_computes_what_the_two_did(string name, object given)
    {
        var graph = (Graph)given;
        PassResult result = new FuseBatchNormalization().Run(graph);
        Assert.HasCount(1, result.Graph.Nodes, name);
        Assert.AreEqual("norm", result.Graph.Outputs[0].Name);
        Assert.IsTrue(result.Notes.Single().Applied, result.Notes[0].ToString());
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(result.Graph), 1e-6);
        Assert.HasCount(2, graph.Nodes, "the given graph is not changed");
    }

    [TestMethod]
    public void A_batch_of_chained_pairs_is_fused_one_by_one()
    {
        Graph graph = WithStatistics(new Sketch(3, 4).Random("w", 4, 4), 4)
            .Node("a", "Gemm", "x w").Node("na", "BatchNormalization", "a gamma beta mean variance")
            .Node("b", "Gemm", "na w").Node("nb", "BatchNormalization", "b gamma beta mean variance").Outputs("nb");
        Graph fused = new FuseBatchNormalization().Run(graph).Graph;
        Assert.AreEqual("Gemm Gemm", Sketch.Operators(fused));
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(fused), 1e-6);
    }

    [TestMethod]
    public void A_second_reader_of_the_value_in_between_declines() => Declines(
        Norm(new Sketch(3, 4).Random("w", 4, 6).Node("gemm", "Gemm", "x w"), "gemm", 6).Node("other", "Relu", "gemm").Outputs("norm", "other"),
        "Gemm 'gemm' feeds 2 nodes; a change would reach the others");

    [TestMethod]
    public void A_value_in_between_that_is_an_output_declines() => Declines(
        Norm(new Sketch(3, 4).Random("w", 4, 6).Node("gemm", "Gemm", "x w"), "gemm", 6).Outputs("norm", "gemm"),
        "'gemm', the output of Gemm 'gemm', is an output of the graph");

    [TestMethod]
    public void Statistics_that_are_computed_decline() => Declines(
        new Sketch(3, 4).Random("w", 4, 6).Random("gamma", 6).Random("beta", 6).Positive("variance", 6).Input("mean", 6)
            .Node("gemm", "Gemm", "x w").Node("norm", "BatchNormalization", "gemm gamma beta mean variance").Outputs("norm"),
        "BatchNormalization 'norm' takes its statistics from 'mean', which is not a float32 constant");

    [TestMethod]
    public void Weights_that_are_computed_decline() => Declines(
        Norm(new Sketch(3, 4).Input("w", 4, 6).Node("gemm", "Gemm", "x w"), "gemm", 6).Outputs("norm"),
        "the weights of Gemm 'gemm' are not a float32 constant");

    [TestMethod]
    public void A_bias_that_is_computed_declines() => Declines(
        Norm(new Sketch(3, 4).Random("w", 4, 6).Input("b", 6).Node("gemm", "Gemm", "x w b"), "gemm", 6).Outputs("norm"),
        "the bias of Gemm 'gemm' is not a float32 constant");

    [TestMethod]
    public void A_bias_for_each_row_declines() => Declines(
        Norm(new Sketch(3, 4).Random("w", 4, 6).Random("b", 3, 6).Node("gemm", "Gemm", "x w b"), "gemm", 6).Outputs("norm"),
        "the bias of Gemm 'gemm' has 18 elements; expected one for each of 6 channels");

    [TestMethod]
    public void A_negative_variance_declines() => Declines(
        new Sketch(3, 4).Random("w", 4, 2).Random("gamma", 2).Random("beta", 2).Random("mean", 2).Constant("variance", Tensor.Create(1f, -1f))
            .Node("gemm", "Gemm", "x w").Node("norm", "BatchNormalization", "gemm gamma beta mean variance").Outputs("norm"),
        "the variance of channel 1 of BatchNormalization 'norm' is -1; expected 0 or more");

    [TestMethod]
    public void An_activation_in_between_declines() => Declines(
        new FuseActivation().Run(Norm(new Sketch(3, 4).Random("w", 4, 6).Node("gemm", "Gemm", "x w").Node("relu", "Relu", "gemm"), "relu", 6).Outputs("norm")).Graph,
        "Gemm 'gemm' has an activation behind it, which does not commute with scaling");

    private static void Declines(Graph graph, string reason)
    {
        PassResult result = new FuseBatchNormalization().Run(graph);
        Assert.AreSame(graph, result.Graph);
        PassNote note = result.Notes.Single();
        Assert.IsFalse(note.Applied);
        Assert.AreEqual(reason, note.Text);
    }
}
