using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class GraphReaderSpec
{
    [TestMethod]
    public void A_model_is_read_as_it_stands()
    {
        Graph graph = Load(Create());
        Assert.AreEqual("""
            small 13
            in x: float32[batch, 2]
            out y: float32[batch, 2]
            constant w float32[2] 0000803F000000C0
            :Add 'add' (x, w) -> (sum)
            """ + " \n:Relu 'relu' (sum) -> (y) \nsum: float32[batch, 2]\nw: float32[2]\nx: float32[batch, 2]\ny: float32[batch, 2]", GraphAssert.Text(graph));
    }

    [TestMethod]
    public void A_weight_listed_among_the_inputs_is_a_constant() =>
        Assert.AreEqual("x", Load(With(model => model.Graph.Input.Insert(0, Value("w", 1, 2)))).Inputs.Single().Name);

    [TestMethod]
    public void Constant_nodes_become_constants()
    {
        Graph graph = Load(With(model =>
        {
            model.Graph.Initializer.Clear();
            model.Graph.Node.Insert(0, Node("Constant", [], ["w"], "", new AttributeProto { Name = "value_floats", Type = AttributeProto.Types.Kind.Floats, Floats = { 3f, 4f } }));
        }));
        Assert.HasCount(2, graph.Nodes);
        CollectionAssert.AreEqual(new[] { 3f, 4f }, graph.Constant("w")!.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Nodes_without_a_name_are_called_after_operator_and_place_and_names_used_twice_get_numbers()
    {
        ModelProto model = With(model =>
        {
            model.Graph.Node[0].Name = "";
            model.Graph.Node[1].Name = "Add_1";
            model.Graph.Node.Add(Node("Add", ["y", "w"], ["z"]));
            model.Graph.Node.Add(Node("Add", ["z", "w"], ["a"], "Add_1"));
            model.Graph.Output[0].Name = "a";
        });
        Assert.AreEqual("Add_0 Add_1 Add_1_1 Add_1_2", string.Join(' ', Load(model).Nodes.Select(node => node.Name)));
    }

    [TestMethod]
    public void An_optional_input_left_out_stays_out()
    {
        Graph graph = Load(Of(13, Node("Clip", ["x", "", "m"], ["y"]), [2, 2], Floats("m", [], 1f)));
        Assert.IsFalse(graph.Nodes[0].HasInput(1));
        Assert.IsTrue(graph.Nodes[0].HasInput(2));
    }

    [TestMethod]
    public void Axes_are_numbers_names_or_unknown()
    {
        Graph graph = Load(Of(13, Node("Relu", ["x"], ["y"]), []));
        Assert.AreEqual("float32[]", graph.Fact("x").ToString());
        ModelProto model = Of(13, Node("Relu", ["x"], ["y"]), []);
        model.Graph.Input[0] = Value("x", 1, 7, "n", null, 0, -1, "");
        Assert.AreEqual("float32[7, n, ?, ?, ?, ?]", Load(model).Fact("y").ToString());
    }

    [TestMethod]
    public void Both_names_of_the_default_family_of_operators_are_understood() => Assert.AreEqual("", Load(With(model =>
    {
        model.OpsetImport[0].Domain = "ai.onnx";
        model.Graph.Node[0].Domain = "ai.onnx";
    })).Nodes[0].Domain);

    [TestMethod]
    public void Families_that_no_node_uses_do_not_matter() =>
        Load(With(model => model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 })));

    [TestMethod]
    public void An_output_declared_with_other_sizes_is_told_and_one_of_another_type_refused()
    {
        List<string> told = [];
        Graph graph = Load(With(model => model.Graph.Output[0] = Value("y", 1, "batch", 3)), new() { Warning = told.Add });
        Assert.AreEqual("float32[batch, 2]", graph.Outputs[0].Fact.ToString());
        StringAssert.Contains(told.Single(), "'y' is declared as float32[batch, 3], but its node gives float32[batch, 2]");
        Refused(With(model => model.Graph.Output[0] = Value("y", 7, "batch", 2)), "'y' is declared as int64", "float32[batch, 2]");
    }

    [TestMethod]
    public void An_output_without_a_type_takes_that_of_its_node() =>
        Assert.AreEqual("y: float32[batch, 2]", Load(With(model => model.Graph.Output[0].Type = null)).Outputs[0].ToString());

    [TestMethod]
    public void A_file_and_a_stream_give_the_same_graph()
    {
        string path = ReferenceModel.Named("adult_mlp").Path;
        using FileStream stream = File.OpenRead(path);
        GraphAssert.AreSame(OnnxImporter.Load(path), OnnxImporter.Load(stream));
        GraphAssert.AreSame(OnnxImporter.Load(path), OnnxImporter.Load(new Forward(File.ReadAllBytes(path))));
    }

    private sealed class Forward(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
