using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class SimplifySpec
{
    [TestMethod]
    public void Identities_and_dropouts_are_taken_out_wherever_they_stand()
    {
        Graph graph = new Sketch(3, 4).Node("i1", "Identity", "x").Node("i2", "Dropout", "i1").Node("relu", "Relu", "i2").Node("i3", "Cast", "relu", ("to", 1L)).Node("out", "Identity", "i3").Outputs("out");
        PassResult result = new EliminateIdentity().Run(graph);
        Assert.AreEqual("Relu", Sketch.Operators(result.Graph));
        Assert.AreEqual("out", result.Graph.Outputs[0].Name, "outputs keep their names");
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(result.Graph));
        Assert.IsTrue(result.Notes.All(note => note.Applied));
    }

    [TestMethod]
    public void An_identity_from_input_to_output_stays()
    {
        PassResult result = new EliminateIdentity().Run(new Sketch(3).Node("out", "Identity", "x").Outputs("out"));
        Assert.AreEqual("Identity", Sketch.Operators(result.Graph));
        Assert.AreEqual("it copies an input, a constant or an output of the graph to another output", result.Notes.Single().Text);
    }

    [TestMethod]
    public void Nodes_of_constants_are_computed_in_chains()
    {
        Graph graph = new Sketch(3, 4).Random("a", 4).Random("b", 4).Node("sum", "Add", "a b").Node("product", "Mul", "sum b").Node("y", "Add", "x product").Outputs("y");
        PassResult result = new FoldConstants().Run(graph);
        Assert.AreEqual("Add", Sketch.Operators(result.Graph));
        Assert.IsTrue(result.Graph.Constants.ContainsKey("product"));
        Assert.HasCount(1, result.Graph.Constants, "constants nobody reads are dropped");
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(result.Graph));
    }

    [TestMethod]
    public void Quantized_constants_stay_unless_asked_for()
    {
        Graph graph = new Sketch(3, 4).Constant("w", Tensor.Create<sbyte>([1, 2, 3, 4], new Shape(4))).Constant("s", Tensor.Scalar(0.5f)).Constant("z", Tensor.Scalar((sbyte)0))
            .Node("d", "DequantizeLinear", "w s z").Node("y", "Add", "x d").Outputs("y");
        PassResult kept = new FoldConstants().Run(graph);
        Assert.AreSame(graph, kept.Graph);
        Assert.AreEqual("it holds quantized constants", kept.Notes.Single().Text);
        Assert.AreEqual("Add", Sketch.Operators(new FoldConstants { KeepDequantizeLinear = false }.Run(graph).Graph));
    }

    [TestMethod]
    public void A_result_much_larger_than_its_inputs_is_not_stored()
    {
        Graph graph = new Sketch(64, 64).Random("a", 64, 1).Random("b", 64).Node("big", "Add", "a b").Node("y", "Add", "x big").Outputs("y");
        Assert.AreEqual("its result has 16384 bytes, 15872 more than its inputs; at most 100 more are stored", new FoldConstants { LargestResult = 100 }.Run(graph).Notes.Single().Text);
        Assert.AreEqual("Add", Sketch.Operators(new FoldConstants().Run(graph).Graph));
    }

    [TestMethod]
    public void A_constant_output_stays_computed() => Assert.AreEqual("it writes an output of the graph",
        new FoldConstants().Run(new Sketch(4).Random("a", 4).Node("y", "Relu", "a").Node("z", "Relu", "x").Outputs("y", "z")).Notes.Single().Text);

    [TestMethod]
    public void Factors_of_a_product_go_into_its_constants()
    {
        Graph graph = new Sketch(3, 4).Random("w", 4, 6).Random("b", 6).Node("gemm", "Gemm", "x w b", ("alpha", 0.5f), ("beta", 2f)).Outputs("gemm");
        PassResult result = new FoldGemmFactors().Run(graph);
        Assert.AreEqual(1f, result.Graph.Nodes[0].Attributes.Float("alpha"));
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(result.Graph));
    }

    [TestMethod]
    public void A_factor_on_computed_weights_declines() => Assert.AreEqual("alpha=0.5, but the weights are not a float32 constant",
        new FoldGemmFactors().Run(new Sketch(3, 4).Input("w", 4, 6).Node("gemm", "Gemm", "x w", ("alpha", 0.5f)).Outputs("gemm")).Notes.Single().Text);

    [TestMethod]
    public void A_factor_on_a_computed_bias_declines() => Assert.AreEqual("beta=0.5, but the bias is not a float32 constant",
        new FoldGemmFactors().Run(new Sketch(3, 4).Random("w", 4, 6).Input("b", 6).Node("gemm", "Gemm", "x w b", ("beta", 0.5f)).Outputs("gemm")).Notes.Single().Text);

    [TestMethod]
    public void A_factor_that_is_no_number_declines() => StringAssert.Contains(
        new FoldGemmFactors().Run(new Sketch(3, 4).Random("w", 4, 6).Node("gemm", "Gemm", "x w", ("alpha", float.NaN)).Outputs("gemm")).Notes.Single().Text, "expected finite numbers");

    [TestMethod]
    public void The_pipeline_leaves_one_node_for_each_layer()
    {
        Graph graph = new Sketch(3, 4).Random("w", 4, 4).Random("b", 4).Random("gamma", 4).Random("beta", 4).Random("mean", 4).Positive("variance", 4)
            .Node("id", "Identity", "x").Node("gemm", "Gemm", "id w b", ("alpha", 2f)).Node("norm", "BatchNormalization", "gemm gamma beta mean variance").Node("relu", "Relu", "norm")
            .Node("head", "Gemm", "relu w b", ("alpha", 0.5f)).Outputs("head");
        PassResult result = FusionPipeline.Run(graph);
        Assert.AreEqual("Gemm Gemm", Sketch.Operators(result.Graph));
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(result.Graph), 1e-6);
        CollectionAssert.AreEqual(new[] { "EliminateIdentity", "FuseBatchNormalization", "FoldGemmFactors", "FuseActivation" }, result.Notes.Select(note => note.Pass).ToArray());
    }
}
