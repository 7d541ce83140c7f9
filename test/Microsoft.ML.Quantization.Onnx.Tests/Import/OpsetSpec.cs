using Microsoft.ML.Quantization.Graphs;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class OpsetSpec
{
    [TestMethod]
    [DataRow(9, 13)]
    [DataRow(12, 13)]
    [DataRow(13, 13)]
    [DataRow(21, 21)]
    [DataRow(22, 22)]
    [DataRow(23, 23)]
    [DataRow(28, 28)]
    public void A_supported_operator_set_is_read_and_an_older_one_raised(int opset, int expected) => Assert.AreEqual(expected, Load(Create(opset)).Opset);

    [TestMethod]
    [DataRow(29)]
    [DataRow(0)]
    [DataRow(-1)]
    public void Another_operator_set_is_refused_with_the_range_that_is_supported(int opset) => Refused(Create(opset), $"operator set {opset}", "1 to 28", "opset_version=13");

    [TestMethod]
    public void A_model_without_an_operator_set_or_with_two_is_refused()
    {
        Refused(With(model => model.OpsetImport.Clear()), "names no operator set");
        Refused(With(model => model.OpsetImport.Add(new Proto.OperatorSetIdProto { Version = 12 })), "13 and 12");
    }

    [TestMethod]
    [DataRow(2L)]
    [DataRow(15L)]
    [DataRow(long.MaxValue)]
    public void Another_file_format_is_refused(long format) => Refused(With(model => model.IrVersion = format), $"ir_version) {format}", "3 to 14");

    [TestMethod]
    public void Bounds_of_an_old_Clip_become_inputs()
    {
        Node clip = Load(Of(10, Node("Clip", ["x"], ["y"], "clip", Float("max", 6f)), [2])).Nodes.Single();
        Assert.AreEqual("x,,clip_max", string.Join(',', clip.Inputs));
        Assert.AreEqual(0, clip.Attributes.Count);
    }

    [TestMethod]
    public void Axes_of_an_old_Unsqueeze_become_an_input()
    {
        Graph graph = Load(Of(11, Node("Unsqueeze", ["x"], ["y"], "u", Ints("axes", 0, 2)), [5]));
        CollectionAssert.AreEqual(new[] { 0L, 2L }, graph.Constant("u_axes")!.AsSpan<long>().ToArray());
        Assert.AreEqual("float32[1, 5, 1]", graph.Outputs[0].Fact.ToString());
    }

    [TestMethod]
    public void A_name_that_an_upgrade_needs_avoids_those_of_the_model()
    {
        Graph graph = Load(Of(11, Node("Unsqueeze", ["x"], ["u_axes"], "u", Ints("axes", 0)), [5]));
        Assert.AreEqual("x,u_axes_1", string.Join(',', graph.Nodes.Single().Inputs));
    }

    [TestMethod]
    public void An_old_setting_of_the_wrong_kind_is_refused() =>
        Refused(Of(11, Node("Unsqueeze", ["x"], ["y"], "u", new Proto.AttributeProto { Name = "axes", Type = Proto.AttributeProto.Types.Kind.String, S = Google.Protobuf.ByteString.Empty }), [5]), "Unsqueeze 'u': attribute 'axes'", "whole numbers");

    [TestMethod]
    public void An_old_Softmax_over_its_last_axis_says_so() =>
        Assert.AreEqual(-1L, Load(Of(11, Node("Softmax", ["x"], ["y"]), [3, 4])).Nodes.Single().Attributes.Int("axis"));

    [TestMethod]
    public void An_old_Softmax_over_several_axes_still_sums_to_one_over_all_of_them()
    {
        Graph graph = Load(Of(11, Node("Softmax", ["x"], ["y"]), [2, 3, 4]));
        Assert.AreEqual("float32[2, 3, 4]", graph.Outputs[0].Fact.ToString());
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        float[] y = plan.Run(Tensor.Create<float>([.. Enumerable.Range(0, 24).Select(i => i * 0.1f)], new Shape(2, 3, 4)))[0].AsSpan<float>().ToArray();
        Assert.AreEqual(1f, y[..12].Sum(), 1e-5f);
        Assert.AreEqual(1f, y[12..].Sum(), 1e-5f);
        Assert.AreEqual(MathF.Exp(0.1f), y[1] / y[0], 1e-5f);
    }

    [TestMethod]
    public void An_old_Softmax_over_several_axes_keeps_an_open_batch_axis()
    {
        Proto.ModelProto model = Of(11, Node("Softmax", ["x"], ["y"]), []);
        model.Graph.Input[0] = Value("x", 1, "batch", 3, 4);
        using ExecutionPlan plan = ExecutionPlan.Bind(Load(model));
        Assert.AreEqual("[5, 3, 4]", plan.Run(new Tensor(ElementType.Float32, new Shape(5, 3, 4)))[0].Shape.ToString());
    }

    // What changed from operator set 23 on besides wider types: an answer in another precision. Everything else keeps its meaning.
    [TestMethod]
    public void A_newer_meaning_that_is_not_served_is_refused_by_name()
    {
        Refused(Of(23, Node("QuantizeLinear", ["x", "w"], ["y"], "q", Int("precision", 10)), [2], Floats("w", [], 0.5f)), "QuantizeLinear 'q'", "precision is 10", "float32");
        Refused(Of(24, Node("Swish2", ["x"], ["y"], "s"), [2]), "'Swish2'", "operator set 24");
        Refused(Of(22, Node("RMSNormalization", ["x", "x"], ["y"], "r"), [2]), "RMSNormalization 'r'", "operator set 22", "supported from 23");
    }
}
