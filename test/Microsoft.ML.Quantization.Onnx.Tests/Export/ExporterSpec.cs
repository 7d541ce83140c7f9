using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class ExporterSpec : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [TestMethod]
    public void The_same_graph_gives_the_same_bytes_wherever_they_go()
    {
        Graph graph = ReferenceModel.Named("adult_mlp").Load();
        OnnxExporter.Save(graph, _folder.At("a.onnx"));
        OnnxExporter.Save(graph, _folder.At("b.onnx"));
        byte[] a = File.ReadAllBytes(_folder.At("a.onnx"));
        CollectionAssert.AreEqual(a, File.ReadAllBytes(_folder.At("b.onnx")));
        CollectionAssert.AreEqual(a, Bytes(graph));
        CollectionAssert.AreEqual(a, Bytes(OnnxImporter.Load(_folder.At("a.onnx"))));
        Assert.AreEqual("a.onnx b.onnx", string.Join(' ', _folder.Files()));
    }

    [TestMethod]
    public void The_file_says_who_wrote_it_and_in_which_format()
    {
        ModelProto model = Parse(ReferenceModel.Named("adult_mlp").Load());
        Assert.AreEqual("Microsoft.ML.Quantization", model.ProducerName);
        Assert.IsTrue(Version.TryParse(model.ProducerVersion, out _), model.ProducerVersion);
        Assert.AreEqual(7L, model.IrVersion);
        Assert.AreEqual(13L, model.OpsetImport.Single().Version);
    }

    [TestMethod]
    [DataRow(13, 7)]
    [DataRow(15, 8)]
    [DataRow(19, 9)]
    [DataRow(21, 10)]
    [DataRow(22, 10)]
    public void The_format_is_the_oldest_that_can_carry_the_operator_set(int opset, int format) =>
        Assert.AreEqual(format, Parse(SmallModel.Load(SmallModel.Create(opset))).IrVersion);

    [TestMethod]
    public void Constants_are_raw_bytes_in_the_order_of_their_names()
    {
        ModelProto model = Parse(ReferenceModel.Named("fashion_cnn").Load());
        Assert.IsTrue(model.Graph.Initializer.All(constant => constant.RawData.Length > 0 && constant.FloatData.Count == 0));
        string[] names = [.. model.Graph.Initializer.Select(constant => constant.Name)];
        CollectionAssert.AreEqual(names.Order(StringComparer.Ordinal).ToArray(), names);
    }

    [TestMethod]
    public void A_fused_Relu_is_a_node_of_its_own()
    {
        Graph graph = Build(builder => builder.Add("add", "Add", ["x", "w"], NodeAttributes.Empty.With(Node.Activation, "Relu")));
        ModelProto model = Parse(graph);
        Assert.AreEqual("Add add x,w>add_output_raw; Relu add_relu add_output_raw>add_output", Nodes(model));
        Assert.AreEqual(0, model.Graph.Node.Sum(node => node.Attribute.Count));
    }

    [TestMethod]
    public void A_fused_Clip_is_a_node_with_bounds_that_equal_ones_share()
    {
        NodeAttributes clip = NodeAttributes.Empty.With(Node.Activation, "Clip").With(Node.ClipMinimum, -1f).With(Node.ClipMaximum, 6f);
        Graph graph = Build(builder =>
        {
            string first = builder.Add("a", "Add", ["x", "w"], clip);
            string second = builder.Add("b", "Add", [first, "w"], clip.With(Node.ClipMinimum, 6f).Without(Node.ClipMaximum));
            return builder.Add("c", "Add", [second, "w"], clip.Without(Node.ClipMinimum));
        });
        ModelProto model = Parse(graph);
        string[] clips = [.. model.Graph.Node.Where(node => node.OpType == "Clip").Select(node => string.Join(',', node.Input))];
        CollectionAssert.AreEqual(new[] { "a_output_raw,clip_0,clip_1", "b_output_raw,clip_1", "c_output_raw,,clip_1" }, clips);
        Assert.AreEqual("clip_0 clip_1 w", string.Join(' ', model.Graph.Initializer.Select(constant => constant.Name)));
    }

    [TestMethod]
    public void An_unknown_activation_a_foreign_family_and_a_quantized_constant_are_refused()
    {
        Refused(Build(builder => builder.Add("add", "Add", ["x", "w"], NodeAttributes.Empty.With(Node.Activation, "Tanh"))), "Add 'add'", "'Tanh'");
        var operators = new OperatorList(new Foreign());
        var foreign = new GraphBuilder("g", 13);
        foreign.AddInput("x", new TensorFact(ElementType.Float32, [2]));
        foreign.AddOutput(foreign.Add("f", "Foreign", ["x"], domain: "my.family"));
        Refused(foreign.Build(operators), "Foreign 'f'", "'my.family'", "Convert the graph");
        var quantized = new GraphBuilder("g", 13);
        quantized.AddConstant("q", new Tensor(ElementType.QInt8, new Shape(2)));
        quantized.AddOutput(quantized.Add("i", "Identity", ["q"]));
        Refused(quantized.Build(), "'q'", "qint8", "int8");
    }

    [TestMethod]
    public void A_quantized_Gemm_with_a_bias_writes_out_beta()
    {
        var builder = new GraphBuilder("g", 13);
        builder.AddInput("x", new TensorFact(ElementType.Float32, [2, 2]));
        builder.AddConstant("s", Tensor.Scalar(0.5f));
        builder.AddConstant("bias", Tensor.Create(1, 2));
        builder.AddConstant("w", Tensor.Create<float>([1f, 2f, 3f, 4f], new Shape(2, 2)));
        builder.AddOutput(builder.Add("gemm", "Gemm", ["x", "w", builder.Add("dq", "DequantizeLinear", ["bias", "s"])]));
        AttributeProto beta = Parse(builder.Build()).Graph.Node.Single(node => node.OpType == "Gemm").Attribute.Single();
        Assert.AreEqual("beta 1", $"{beta.Name} {beta.F}");
    }

    [TestMethod]
    public void Short_names_keep_those_of_inputs_outputs_and_on_demand_nodes()
    {
        Graph graph = SmallModel.Load(SmallModel.Create());
        Assert.AreEqual("Add add x,a>b; Relu relu b>y", Nodes(Parse(graph, new() { Names = NamePolicy.ShortenValues })));
        Assert.AreEqual("Add  x,a>b; Relu  b>y", Nodes(Parse(graph, new() { Names = NamePolicy.ShortenAll })));
    }

    [TestMethod]
    public void A_missing_folder_and_a_folder_as_a_file_are_refused_and_nothing_is_left()
    {
        Graph graph = SmallModel.Load(SmallModel.Create());
        SmallModel.Refused(() => OnnxExporter.Save(graph, _folder.At("none", "m.onnx")), "does not exist");
        SmallModel.Refused(() => OnnxExporter.Save(graph, _folder.Path), "is a folder");
        Assert.IsEmpty(_folder.Files());
    }

    [TestMethod]
    public void A_graph_that_cannot_be_written_leaves_the_old_file_and_nothing_else()
    {
        File.WriteAllText(_folder.At("m.onnx"), "old");
        Graph bad = Build(builder => builder.Add("add", "Add", ["x", "w"], NodeAttributes.Empty.With(Node.Activation, "Tanh")));
        Assert.Throws<QuantizationException>(() => OnnxExporter.Save(bad, _folder.At("m.onnx"), new() { ExternalDataThreshold = 0 }));
        Assert.AreEqual("m.onnx", string.Join(' ', _folder.Files()));
        Assert.AreEqual("old", File.ReadAllText(_folder.At("m.onnx")));
    }

    [TestMethod]
    public void Large_weights_go_to_a_second_file_and_small_ones_stay()
    {
        Graph graph = ReferenceModel.Named("adult_mlp").Load();
        OnnxExporter.Save(graph, _folder.At("m.onnx"), new() { ExternalDataThreshold = 10_000 });
        Assert.AreEqual("m.onnx m.onnx.data", string.Join(' ', _folder.Files()));
        Assert.IsLessThan(4000L, new FileInfo(_folder.At("m.onnx")).Length);
        GraphAssert.AreSame(graph, OnnxImporter.Load(_folder.At("m.onnx")));
        SmallModel.Refused(() => OnnxExporter.Save(graph, new MemoryStream(), new() { ExternalDataThreshold = 10_000 }), "Save to a path");
    }

    public void Dispose() => _folder.Dispose();

    internal static byte[] Bytes(Graph graph, OnnxExportOptions? options = null)
    {
        var stream = new MemoryStream();
        OnnxExporter.Save(graph, stream, options);
        return stream.ToArray();
    }

    private static ModelProto Parse(Graph graph, OnnxExportOptions? options = null) => ModelProto.Parser.ParseFrom(Bytes(graph, options));

    private static string Nodes(ModelProto model) => string.Join("; ", model.Graph.Node.Select(node => $"{node.OpType} {node.Name} {string.Join(',', node.Input)}>{string.Join(',', node.Output)}"));

    private static void Refused(Graph graph, params string[] parts) => SmallModel.Refused(() => Bytes(graph), parts);

    private static Graph Build(Func<GraphBuilder, string> nodes)
    {
        var builder = new GraphBuilder("g", 13);
        builder.AddInput("x", new TensorFact(ElementType.Float32, [2]));
        builder.AddConstant("w", Tensor.Create(1f, 2f));
        builder.AddOutput(nodes(builder));
        return builder.Build();
    }

    private sealed class Foreign : IOperator
    {
        public OperatorSchema Schema { get; } = new("Foreign", 1, 1, 1, Domain: "my.family");

        public System.Collections.Immutable.ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0)];

        public void Forward(StepCall call) => throw new NotSupportedException();
    }
}
