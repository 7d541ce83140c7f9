using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class ReferenceModelSpec
{
    public static IEnumerable<object[]> Names => ReferenceModel.Names;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_reference_model_is_read_with_its_open_batch_axis(string name)
    {
        var model = ReferenceModel.Named(name);
        Graph graph = model.Load();
        Assert.AreEqual(13, graph.Opset);
        Assert.AreEqual($"input: float32[batch, {string.Join(", ", model.Row)}]", graph.Inputs.Single().ToString());
        Assert.AreEqual("output", graph.Outputs.Single().Name);
        CollectionAssert.AreEqual(model.Output, graph.Outputs[0].Fact.Dimensions.Skip(1).Select(dimension => dimension.Size!.Value).ToArray());
        Assert.IsTrue(graph.Nodes.All(node => node.Name.Length > 0));
        Assert.HasCount(graph.Nodes.Length, graph.Nodes.Select(node => node.Name).Distinct());
        Assert.IsFalse(graph.Nodes.Any(node => node.Operator == "Constant"));
    }

    // The counts are those that PyTorch's exporter reported for the model.
    [TestMethod]
    [DataRow("digits_mlp", "BatchNormalization 2, Gemm 3, Relu 2")]
    [DataRow("adult_mlp", "Gemm 3, Relu 2")]
    public void A_reference_model_has_the_operators_it_was_exported_with(string name, string expected)
    {
        Graph graph = ReferenceModel.Named(name).Load();
        Assert.AreEqual(expected, string.Join(", ", graph.Nodes.GroupBy(node => node.Operator).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}")));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_reference_model_gives_what_PyTorch_gave(string name)
    {
        var model = ReferenceModel.Named(name);
        using ExecutionPlan plan = ExecutionPlan.Bind(model.Load());
        TensorAssert.AreClose(model.Expected(), plan.Run(model.Input()).Single(), 1e-4f);
    }
}
