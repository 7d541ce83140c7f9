using System.Text;
using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class HostileModelSpec
{
    [TestMethod]
    public void A_missing_file_and_a_folder_are_named()
    {
        using var folder = new TemporaryFolder();
        Refused(() => OnnxImporter.Load(folder.At("none.onnx")), $"Model file '{folder.At("none.onnx")}' was not found");
        Refused(() => OnnxImporter.Load(folder.At("none", "m.onnx")), "was not found");
        Refused(() => OnnxImporter.Load(folder.Path), "cannot be read");
        Refused(() => OnnxImporter.Load(""), "Model file ''");
    }

    [TestMethod]
    public void An_empty_file_and_a_text_are_no_models()
    {
        Refused(() => Load([]), "The model stream is empty");
        Refused(() => Load(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("hello world ", 50)))), "not an ONNX file");
        Refused(() => Load(new byte[1000]), "not an ONNX file");
    }

    [TestMethod]
    public void A_model_cut_off_anywhere_is_refused()
    {
        byte[] bytes = Create().ToByteArray();
        for (int length = 0; length < bytes.Length; length++) { Refused(() => Load(bytes[..length]), "xpected"); }
    }

    [TestMethod]
    public void An_unknown_operator_and_an_unknown_family_are_named_with_their_node()
    {
        UnsupportedOperatorException refusal = Assert.ThrowsExactly<UnsupportedOperatorException>(() => Load(With(model => model.Graph.Node[0].OpType = "Cxnv")));
        StringAssert.Contains(refusal.Message, "Cxnv 'add'");
        Refused(With(model => model.Graph.Node[0].Domain = "my.family"), "my.family.Add", "'add'");
        Refused(With(model => model.Graph.Node[0].OpType = ""), "operator of node 'add'", "has no name");
    }

    [TestMethod]
    public void A_node_with_a_subgraph_is_refused_by_its_operator() =>
        Refused(With(model => model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.Kind.Graph, G = new GraphProto() })), "Add 'add'", "not supported");

    [TestMethod]
    public void Names_given_twice_are_refused()
    {
        Refused(With(model => model.Graph.Initializer.Add(model.Graph.Initializer[0])), "called 'w'");
        Refused(With(model => model.Graph.Input.Add(model.Graph.Input[0])), "input 'x' twice");
        Refused(With(model => model.Graph.Output.Add(model.Graph.Output[0])), "output 'y' twice");
        Refused(With(model => model.Graph.Node[0].Output[0] = "y"), "called 'y'");
        Refused(With(model => model.Graph.Node[0].Output[0] = "x"), "called 'x'");
        Refused(With(model => model.Graph.Node[0].Attribute.Add([Int("a", 1), Int("a", 2)])), "attribute 'a' is given twice");
    }

    [TestMethod]
    public void Values_that_nobody_writes_and_cycles_are_refused()
    {
        Refused(With(model => model.Graph.Node[0].Input[1] = "nothing"), "'nothing'");
        Refused(With(model => model.Graph.Output[0].Name = "nothing"), "'nothing'");
        Refused(With(model => model.Graph.Node[0].Input[0] = "y"), "cycle");
    }

    [TestMethod]
    public void A_byte_of_zero_in_a_name_is_refused() =>
        Refused(With(model => model.Graph.Node[0].Output[0] = "a\0b"), "'a?b'", "byte of 0");

    [TestMethod]
    public void An_input_that_an_operator_needs_cannot_be_left_out() =>
        Refused(With(model => model.Graph.Node[0].Input[1] = ""), "Add 'add'", "input 1 is left out");

    [TestMethod]
    public void A_memory_limit_that_is_set_decides()
    {
        byte[] bytes = Create().ToByteArray();
        Refused(() => OnnxImporter.Load(new MemoryStream(bytes), new() { MemoryLimit = 100 }), "more than the 100 bytes of OnnxImportOptions.MemoryLimit");
        Assert.IsNotNull(OnnxImporter.Load(new MemoryStream(bytes), new() { MemoryLimit = 1 << 20 }));
    }

    [TestMethod]
    public void Loops_in_loops_in_loops_end_with_a_message()
    {
        static GraphProto Body(int depth)
        {
            var body = new GraphProto { Name = $"body{depth}" };
            body.Input.Add([Scalar($"turn{depth}", 7), Scalar($"goes{depth}", 9), Scalar($"value{depth}", 1)]);
            body.Output.Add([Scalar($"goes{depth}", 9), Scalar($"next{depth}", 1)]);
            if (depth == 0) { body.Node.Add(new NodeProto { Name = $"n{depth}", OpType = "Neg", Input = { $"value{depth}" }, Output = { $"next{depth}" } }); }
            else { body.Node.Add(new NodeProto { Name = $"n{depth}", OpType = "Loop", Input = { "", $"goes{depth}", $"value{depth}" }, Output = { $"next{depth}" }, Attribute = { new AttributeProto { Name = "body", Type = AttributeProto.Types.Kind.Graph, G = Body(depth - 1) } } }); }
            return body;
        }

        static ValueInfoProto Scalar(string name, int type) => new() { Name = name, Type = new() { TensorType = new() { ElemType = type, Shape = new() } } };

        var model = new ModelProto { IrVersion = 8, Graph = Body(20), OpsetImport = { new OperatorSetIdProto { Version = 13 } } };
        Refused(model, "nested");
    }

    [TestMethod]
    public void Parts_that_are_missing_are_named()
    {
        Refused(With(model => model.Graph = null), "holds no graph");
        Refused(With(model => model.Graph.Output.Clear()), "has no output");
        Refused(With(model => model.Graph.Output[0].Name = ""), "output has no name");
        Refused(With(model => model.Graph.Input[0].Type = null), "Input 'x' declares no type");
        Refused(With(model => model.Graph.Input[0].Type.TensorType.Shape = null), "Input 'x' declares no shape");
        Refused(With(model => model.Graph.Node[0].Output.Clear()), "Add 'add' has no output");
        Refused(With(model => model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "a" })), "attribute 'a' is of kind Undefined");
        Refused(With(model => model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "a", Type = AttributeProto.Types.Kind.Tensor })), "attribute 'a' is of kind Tensor");
    }

    [TestMethod]
    public void Inputs_that_are_no_tensors_are_refused_by_kind()
    {
        Refused(With(model => model.Graph.Input[0].Type = new TypeProto { SequenceType = new() }), "Input 'x' is of kind sequence; expected a tensor");
        Refused(With(model => model.Graph.Input[0].Type = new TypeProto { OptionalType = new() }), "of kind optional");
        Refused(With(model => model.Graph.Input[0].Type.TensorType.ElemType = 8), "string");
        Refused(With(model => model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = 1L << 40), "size 1099511627776 on axis 0");
        Refused(With(model => model.Graph.SparseInitializer.Add(new SparseTensorProto { Values = new() { Name = "s" } })), "sparse constants such as 's'");
    }

    [TestMethod]
    public void A_Constant_that_is_no_number_is_refused() =>
        Refused(With(model => model.Graph.Node.Insert(0, Node("Constant", [], ["c"], "k", new AttributeProto { Name = "value_string", Type = AttributeProto.Types.Kind.String, S = ByteString.CopyFromUtf8("a") }))), "Constant 'k'", "'value_string'");

    [TestMethod]
    public void An_attribute_of_the_wrong_kind_is_refused() =>
        Refused(Of(13, Node("Softmax", ["x"], ["y"], "s", Float("axis", 1f)), [2, 2]), "axis");

    [TestMethod]
    public void An_attribute_under_which_graphs_note_fused_activations_is_refused() =>
        Refused(With(model => model.Graph.Node[0].Attribute.Add(Int("activation", 1))), "attribute 'activation' is none of ONNX's");

    [TestMethod]
    public void Names_and_texts_that_are_not_UTF8_are_refused()
    {
        byte[] bytes = With(model => model.Graph.Node[0].Name = "QQQQ").ToByteArray();
        bytes[bytes.AsSpan().IndexOf("QQQQ"u8)] = 0xFF;
        Refused(() => Load(bytes), "not UTF-8");
        Refused(With(model => model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "a", Type = AttributeProto.Types.Kind.String, S = ByteString.CopyFrom(0xC3, 0x28) })), "attribute 'a'", "not UTF-8");
    }

    [TestMethod]
    public void Graphs_nested_without_end_are_refused()
    {
        // Made by hand, since writing it by messages would recurse as deeply: a graph in an attribute in a node, again and again.
        byte[] inner = [];
        for (int i = 0; i < 4000; i++) { inner = Field(1, Field(5, Field(6, inner))); }
        Refused(() => Load(Field(7, inner)), "nested");
    }

    [TestMethod]
    public void A_file_of_millions_of_empty_nodes_is_refused_before_it_fills_the_memory()
    {
        byte[] bomb = new byte[4_000_000];
        for (int i = 0; i < bomb.Length; i += 2) { bomb[i] = 0x0A; }
        byte[] model = Field(7, bomb);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(() => Load(model), "more nodes and values");
        long spent = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.IsLessThan(64L << 20, spent);
    }

    [TestMethod]
    public void A_long_chain_and_many_equal_names_take_no_quadratic_time()
    {
        ModelProto model = Create();
        for (int i = 0; i < 20_000; i++) { model.Graph.Node.Add(Node("Relu", [i == 0 ? "y" : $"r{i - 1}"], [$"r{i}"], "same")); }
        model.Graph.Output[0].Name = "r19999";
        Assert.HasCount(20_002, Load(model).Nodes);
    }

    private static byte[] Field(int number, byte[] content)
    {
        var stream = new MemoryStream();
        var output = new CodedOutputStream(stream);
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteLength(content.Length);
        output.Flush();
        stream.Write(content);
        return stream.ToArray();
    }
}
