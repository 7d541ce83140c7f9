using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

[TestClass]
public sealed class FuseBatchNormalizationGolden
{
    [TestMethod]
    [TestCategory("Golden")]
    public void Fused_weights_are_those_of_PyTorch() => GoldenFile.Open("fuse_bn.json").Check(
        exclude: c => c.Text("module")!.StartsWith("ConvTranspose", StringComparison.Ordinal) && c.Integer("groups") > 1 ? "PyTorch mis-scales transposed convolutions with groups" : null,
        Check);

    private static void Check(GoldenCase c)
    {
        Graph graph = Unfused(c);
        PassResult result = new FuseBatchNormalization().Run(graph);
        Assert.IsTrue(result.Notes.Single().Applied, result.Notes[0].Text);
        Node fused = result.Graph.Nodes.Single();
        Near.Floats(c.Answer("weight"), result.Graph.Constant(fused.Inputs[1])!.AsSpan<float>(), 1e-6, 0, "weight");
        Near.Floats(c.Answer("bias"), result.Graph.Constant(fused.Inputs[2])!.AsSpan<float>(), 1e-6, 0, "bias");
        foreach (Graph either in new[] { graph, result.Graph })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(either);
            Near.Magnitude(c.Answer("unfused_output"), plan.Run(c.Input("x").ToTensor())[0].AsSpan<float>(), 1e-6, "output");
        }
    }

    private static Graph Unfused(GoldenCase c)
    {
        var network = new ParameterGraph(c);
        string module = c.Text("module")!;
        string x = network.Builder.AddInput("x", new TensorFact(ElementType.Float32, c.Input("x").Shape));
        NodeAttributes attributes = module == "Linear" ? NodeAttributes.Empty.With("transB", 1L) : NodeAttributes.Empty.With("group", (long)c.Integer("groups")!.Value);
        string op = module == "Linear" ? "Gemm" : module.StartsWith("ConvTranspose", StringComparison.Ordinal) ? "ConvTranspose" : "Conv";
        string y = network.Layer("0", op, x, attributes);
        network.Builder.AddOutput(network.Norm("1", y, (float)c.Number("eps")!.Value));
        return network.Builder.Build();
    }
}
