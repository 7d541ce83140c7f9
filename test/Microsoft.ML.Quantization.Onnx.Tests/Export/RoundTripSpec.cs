using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class RoundTripSpec
{
    public static IEnumerable<object[]> Names => ReferenceModel.Names;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_reference_model_written_and_read_is_the_same_graph(string name)
    {
        Graph graph = ReferenceModel.Named(name).Load();
        GraphAssert.AreSame(graph, Again(graph));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_graph_with_fused_activations_comes_back_once_they_are_fused_again(string name)
    {
        Graph fused = Fuse(ReferenceModel.Named(name).Load());
        // In digits_mlp a BatchNormalization stands before every Relu, so there is nothing to fuse yet.
        Assert.AreEqual(name != "digits_mlp", fused.Nodes.Any(node => node.Attributes.Contains(Node.Activation)));
        Graph read = Again(fused);
        Assert.IsFalse(read.Nodes.Any(node => node.Attributes.Contains(Node.Activation)));
        GraphAssert.AreSame(fused, Fuse(read));
    }

    [TestMethod]
    public void Any_small_graph_comes_back_as_it_was()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Graph graph = RandomGraph.Create(seed);
            GraphAssert.AreSame(graph, Again(graph));
        }
    }

    [TestMethod]
    public void Any_small_graph_with_short_names_computes_the_same()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Graph graph = RandomGraph.Create(seed);
            Tensor input = RandomGraph.Input(seed);
            using ExecutionPlan expected = ExecutionPlan.Bind(graph), actual = ExecutionPlan.Bind(Again(graph, new() { Names = NamePolicy.ShortenAll }));
            TensorAssert.AreEqual(expected.Run(input)[0], actual.Run(input)[0]);
        }
    }

    public static Graph Fuse(Graph graph) => new FuseActivation().Run(new FuseBias().Run(graph).Graph).Graph;

    public static Graph Again(Graph graph, OnnxExportOptions? options = null)
    {
        var stream = new MemoryStream();
        OnnxExporter.Save(graph, stream, options);
        stream.Position = 0;
        return OnnxImporter.Load(stream);
    }
}
