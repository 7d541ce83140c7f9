using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Tests.Passes;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Quantizers;

[TestClass]
public sealed class ConvertPt2eSpec
{
    private static readonly XnnpackQuantizer s_xnnpack = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true));

    private static readonly X86InductorQuantizer s_x86 = new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig());

    private static readonly QuantizationSpec s_byte = new(ElementType.QUInt8, new ObserverSpec { Observer = "MinMax" });

    private static Sketch Dense() => new Sketch(16, 8).Random("w", 8, 8).Random("b", 8).Random("v", 8, 6);

    private static Graph Quantize(Graph graph, GraphQuantizer quantizer) => ModelQuantizer.QuantizePt2e(graph, quantizer, [Sketch.Inputs(graph)]).Graph;

    private static PassResult Convert(Graph graph, GraphQuantizer quantizer, bool fold = true)
    {
        Pt2eGraph prepared = PreparePt2e.Run(graph, quantizer);
        return ConvertPt2e.Run(prepared, Sketch.Calibrate(prepared.Prepared), foldQuantize: fold);
    }

    private static GraphQuantizer Saying(params (string Node, QuantizationAnnotation Annotation)[] annotations) => new Fixed(annotations);

    private static string Groups(Graph graph, GraphQuantizer quantizer) => string.Join(" | ", PreparePt2e.Run(graph, quantizer).Prepared.Groups.Select(group => string.Join(", ", group.Values)));

    public static IEnumerable<object[]> Networks => from network in ConvertSpec.Networks from name in new[] { "xnnpack", "x86-inductor" } select new[] { network[0], network[1], name };

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void The_quantized_graph_computes_nearly_the_same(string name, object graph, string quantizer) =>
        Assert.IsGreaterThan(25, Sketch.SignalToNoise(Sketch.Run((Graph)graph), Sketch.Run(Quantize((Graph)graph, quantizer == "xnnpack" ? s_xnnpack : s_x86))), name);

    [TestMethod]
    [TestCategory("Engine")]
    [DynamicData(nameof(Networks))]
    public void Every_engine_gives_the_same_bits(string name, object graph, string quantizer)
    {
        Graph quantized = Quantize((Graph)graph, quantizer == "xnnpack" ? s_xnnpack : s_x86);
        byte[] expected = Bits(EngineList.Reference);
        foreach (Engine engine in EnginesUnderTest.All) { CollectionAssert.AreEqual(expected, Bits(engine), $"{name} on {engine.Name}"); }

        byte[] Bits(Engine engine)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(quantized, new() { Engine = engine });
            return plan.Run(Sketch.Inputs(quantized))[0].Bytes.ToArray();
        }
    }

    [TestMethod]
    public void What_a_quantizer_annotates_runs_in_integers()
    {
        Graph graph = (Graph)ConvertSpec.Networks.Single(network => (string)network[0] == "image")[1];
        using ExecutionPlan plan = ExecutionPlan.Bind(Quantize(graph, s_xnnpack));
        Assert.AreEqual("c1 p c2 g f y", string.Join(' ', plan.Notes.Where(note => note.Applied && note.Text.EndsWith("runs in integers", StringComparison.Ordinal)).Select(note => note.Node)), string.Join('\n', plan.Notes));
    }

    [TestMethod]
    public void Weights_become_codes_biases_stay_float_and_every_reader_has_its_own_DequantizeLinear()
    {
        Graph graph = Quantize(Dense().Node("a", "Gemm", "x w b").Node("y", "Add", "a x").Outputs("y"), s_xnnpack);
        Assert.AreEqual(ElementType.Int8, graph.Constants["w_q"].Type);
        Assert.IsFalse(graph.Constants.ContainsKey("w"));
        Assert.AreEqual(ElementType.Float32, graph.Constant(graph.Node("a").Inputs[2])!.Type);
        Assert.IsTrue(graph.Nodes.Where(node => node.Operator == "DequantizeLinear").All(node => graph.Consumers(node.Output).Length + (graph.IsOutput(node.Output) ? 1 : 0) == 1), GraphText.Print(graph));
    }

    [TestMethod]
    public void Constants_stay_float_behind_a_QuantizeLinear_where_they_are_not_folded()
    {
        Graph graph = Dense().Node("y", "Gemm", "x w b").Outputs("y");
        Graph folded = Convert(graph, s_xnnpack).Graph, kept = Convert(graph, s_xnnpack, fold: false).Graph;
        Assert.AreEqual("QuantizeLinear", kept.Producer(kept.Producer(kept.Node("y").Inputs[1])!.Inputs[0])!.Operator);
        Assert.AreEqual(ElementType.Float32, kept.Constants["w"].Type);
        Sketch.AssertClose(Sketch.Run(folded), Sketch.Run(kept), 1e-2);
    }

    [TestMethod]
    public void Inputs_and_outputs_keep_names_and_a_graph_without_patterns_stays_as_it_is()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("r", "Relu", "a").Node("y", "Gemm", "r v").Outputs("y", "r");
        foreach (GraphQuantizer quantizer in (GraphQuantizer[])[s_xnnpack, s_x86])
        {
            Graph quantized = Quantize(graph, quantizer);
            CollectionAssert.AreEqual(graph.Outputs.ToArray(), quantized.Outputs.ToArray());
            CollectionAssert.AreEqual(graph.Inputs.ToArray(), quantized.Inputs.ToArray());
        }
        Graph plain = new Sketch(4).Node("y", "Sigmoid", "x").Outputs("y");
        Assert.AreEqual("Sigmoid", Sketch.Operators(Quantize(plain, s_xnnpack)));
    }

    [TestMethod]
    public void Readers_that_want_the_same_codes_share_an_observer_with_each_other_and_the_writer()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("p", "Gemm", "a w b").Node("q", "Gemm", "a w").Node("y", "Add", "p q").Outputs("y");
        Assert.AreEqual("x | a | p | q | y", Groups(graph, s_xnnpack));
        Assert.AreEqual("x | a", Groups(graph, s_x86), "outputs are not annotated");
        Graph cats = Dense().Random("u", 16, 4).Node("a", "Gemm", "x w b").Node("c", "Gemm", "x w").Node("cat", "Concat", "a c", ("axis", 1)).Node("cat2", "Concat", "cat x", ("axis", 1)).Outputs("cat2");
        Assert.AreEqual("x, a, c, cat, cat2", Groups(cats, s_xnnpack), "sharing goes on through both");
    }

    [TestMethod]
    public void Without_implicit_sharing_each_reader_has_an_observer_of_its_own()
    {
        Graph graph = Dense().Node("p", "Gemm", "x w b").Node("q", "Gemm", "x w").Node("y", "Add", "p q").Outputs("y");
        QuantizationAnnotation own = new QuantizationAnnotation { AllowImplicitSharing = false }.WithInput("x", s_byte);
        Assert.AreEqual("x | x_view", Groups(graph, Saying(("p", own), ("q", own))));
        Graph quantized = Convert(graph, Saying(("p", own), ("q", own with { InputQSpecMap = [new("x", new QuantizationSpec(ElementType.QInt8, new ObserverSpec { Observer = "Histogram" }))] }))).Graph;
        Assert.AreEqual(2, quantized.Consumers("x").Count(reader => reader.Operator == "QuantizeLinear"));
        Assert.AreNotEqual(quantized.Producer(quantized.Node("p").Inputs[0])!.Inputs[0], quantized.Producer(quantized.Node("q").Inputs[0])!.Inputs[0]);
    }

    [TestMethod]
    public void A_reader_that_wants_other_codes_than_the_writer_gave_quantizes_again()
    {
        Graph graph = Dense().Node("s", "Sigmoid", "x").Node("y", "Gemm", "s w b").Outputs("y");
        var known = new FixedQParamsQuantizationSpec(ElementType.QUInt8, 1f / 256, 0);
        Graph quantized = Convert(graph, Saying(("s", new() { OutputQSpec = known }), ("y", new QuantizationAnnotation().WithInput("s", s_byte)))).Graph;
        Node second = quantized.Producer(quantized.Producer(quantized.Node("y").Inputs[0])!.Inputs[0])!;
        Assert.AreEqual(("QuantizeLinear", "DequantizeLinear"), (second.Operator, quantized.Producer(second.Inputs[0])!.Operator));
        Node first = quantized.Consumers("s").Single();
        Assert.AreEqual(1f / 256, quantized.Constant(first.Inputs[1])!.AsSpan<float>()[0], "fixed parameters are not observed");
    }

    [TestMethod]
    public void A_bias_can_derive_its_parameters_from_input_and_weights()
    {
        Graph graph = Dense().Node("y", "Gemm", "x w b").Outputs("y");
        QuantizationAnnotation annotation = new QuantizationAnnotation { OutputQSpec = s_byte }.WithInput("x", s_byte)
            .WithInput("w", new QuantizationSpec(ElementType.QInt8, new ObserverSpec { Observer = "PerChannelMinMax" }, qscheme: QScheme.PerChannelSymmetric, chAxis: 1))
            .WithInput("b", DerivedQuantizationSpec.Bias(new("x", "y"), new("w", "y")));
        Graph quantized = Convert(graph, Saying(("y", annotation))).Graph;
        Assert.AreEqual(ElementType.Int32, quantized.Constants["b_q"].Type);
        Node bias = quantized.Producer(quantized.Node("y").Inputs[2])!, input = quantized.Producer(quantized.Node("y").Inputs[0])!, weight = quantized.Producer(quantized.Node("y").Inputs[1])!;
        for (int c = 0; c < 8; c++) { Assert.AreEqual(quantized.Constant(input.Inputs[1])!.AsSpan<float>()[0] * quantized.Constant(weight.Inputs[1])!.AsSpan<float>()[c], quantized.Constant(bias.Inputs[1])!.AsSpan<float>()[c]); }
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized);
        Assert.IsTrue(plan.Notes.Any(note => note is { Node: "y", Applied: true }));
    }

    [TestMethod]
    public void Dynamic_annotations_become_products_of_codes_and_need_no_data()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("r", "Relu", "a").Node("y", "Gemm", "r v").Outputs("y");
        XnnpackQuantizer dynamic = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true, isDynamic: true));
        Graph quantized = ModelQuantizer.QuantizePt2e(graph, dynamic, []).Graph;
        Assert.AreEqual(2, quantized.Nodes.Count(node => node.Operator == "MatMulInteger"), Sketch.Operators(quantized));
        Assert.IsGreaterThan(30, Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(quantized)));
    }

    [TestMethod]
    public void Embeddings_and_layers_are_quantized_by_two_quantizers_together()
    {
        var builder = new GraphBuilder("words", 13);
        builder.AddInput("ids", new(ElementType.Int64, new Shape(5)));
        builder.AddConstant("table", new Sketch(1).Values(new Shape(20, 8)));
        builder.AddConstant("w", new Sketch(1).Values(new Shape(8, 4)));
        builder.Add(new Node("e", "Gather", ["table", "ids"], ["e"], NodeAttributes.Empty));
        builder.Add(new Node("y", "Gemm", ["e", "w"], ["y"], NodeAttributes.Empty));
        builder.AddOutput("y");
        Graph graph = builder.Build();
        Tensor ids = Tensor.Create(3L, 19L, 0L, 7L, 7L);
        QuantizedModel quantized = ModelQuantizer.QuantizePt2e(graph, new ComposableQuantizer(new EmbeddingQuantizer(), s_xnnpack), [[ids]]);
        Assert.AreEqual(ElementType.UInt8, quantized.Graph.Constants["table_q"].Type);
        Assert.AreEqual(ElementType.Int8, quantized.Graph.Constants["w_q"].Type);
        using ExecutionPlan expected = ExecutionPlan.Bind(graph), actual = ExecutionPlan.Bind(quantized.Graph);
        Assert.IsGreaterThan(30, Sketch.SignalToNoise(expected.Run(ids)[0].AsSpan<float>().ToArray(), actual.Run(ids)[0].AsSpan<float>().ToArray()));
        StringAssert.Contains(PreparePt2e.Run(graph, new EmbeddingQuantizer()).Annotated.ToString(), "e: table: quint8 per_channel_affine_float_qparams 0 PerChannelMinMax");
    }

    [TestMethod]
    public void A_quantizer_may_replace_observers_before_they_are_made()
    {
        Graph graph = Dense().Node("y", "Gemm", "x w b").Outputs("y");
        var quantizer = new Fixed([("y", new QuantizationAnnotation { OutputQSpec = s_byte }.WithInput("x", s_byte))]) { Observer = "Percentile" };
        Assert.AreEqual("Percentile Percentile", string.Join(' ', PreparePt2e.Run(graph, quantizer).Prepared.Groups.Select(group => group.Spec.Observer)));
    }

    [TestMethod]
    public void Nodes_inherit_the_module_of_their_operator()
    {
        Graph graph = Quantize(Dense().Node("/net/net.0/Gemm", "Gemm", "x w b").Node("y", "Sigmoid", "/net/net.0/Gemm").Outputs("y"), s_xnnpack);
        Assert.AreEqual("q0 /net/net.0/Gemm_dq /net/net.0/Gemm_dq1 /net/net.0/Gemm /net/net.0/Gemm_q y_dq y", string.Join(' ', graph.Nodes.Select(node => node.Name).OrderBy(name => graph.Nodes.Select((node, i) => (node.Name, i)).First(pair => pair.Name == name).i)));
    }

    [TestMethod]
    public void Annotations_that_cannot_be_met_are_refused()
    {
        Graph graph = Dense().Node("p", "Gemm", "x w b").Node("y", "Sigmoid", "p").Outputs("y");
        var half = new QuantizationSpec(ElementType.Float16, new ObserverSpec { Observer = "Placeholder" });
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("x", half)), "The annotation of 'x → p' asks for float16", "expected quint8 or qint8 codes");
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("x", new QuantizationSpec(ElementType.QUInt8, new ObserverSpec { Observer = "Placeholder" }))), "the observer Placeholder learns no range");
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("x", new QuantizationSpec(ElementType.QInt8, new ObserverSpec { Observer = "PerChannelMinMax" }, qscheme: QScheme.PerChannelSymmetric))), "one scale for each channel is for constants");
        Refuses(graph, ("y", new QuantizationAnnotation().WithInput("p", new QuantizationSpec(ElementType.QUInt8, new ObserverSpec { Observer = "Placeholder" }, isDynamic: true))), "'p → y' is not the first input of a Gemm, MatMul or Conv");
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("x", DerivedQuantizationSpec.Bias(new("x", "p"), new("w", "p")))), "derived parameters are for constants");
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("w", EmbeddingQuantizer.Config.Weight)), "real-valued zero points are for the constant table of a Gather");
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("x", new SharedQuantizationSpec(new("p")))), "'x → p' shares with 'p', which is not annotated");
        Refuses(graph, ("p", new QuantizationAnnotation { OutputQSpec = new SharedQuantizationSpec(new("x", "p")) }.WithInput("x", new SharedQuantizationSpec(new("p")))), "share with each other in a circle");
        Refuses(graph, ("p", new QuantizationAnnotation().WithInput("z", s_byte)), "The annotation of Gemm 'p' speaks of 'z', which the node does not read");
        Refusal.Of(() => Convert(graph, Saying(("p", new QuantizationAnnotation().WithInput("x", s_byte).WithInput("b", DerivedQuantizationSpec.Bias(new("x", "p"), new("w", "p")))))), "The parameters of 'b → p' derive from 'w → p', which has none");
        Refusal.Of(() => PreparePt2e.Run(Quantize(graph, s_xnnpack), s_xnnpack), "is quantized already");
        Refusal.Of(() => ModelQuantizer.QuantizePt2e(graph, s_xnnpack, []), "There is no row to calibrate on");
        Refusal.Of(() => ModelQuantizer.QuantizePt2e(graph, s_xnnpack, [Sketch.Inputs(graph)], new() { PreferSpeed = true }), "PreferSpeed was asked for together with a Quantizer");

        static void Refuses(Graph graph, (string, QuantizationAnnotation) annotation, params ReadOnlySpan<string> parts) => Refusal.Of(() => PreparePt2e.Run(graph, Saying(annotation)), parts);
    }

    [TestMethod]
    public void Specifications_that_mean_nothing_are_refused()
    {
        Refusal.Of(() => _ = new QuantizationSpec(ElementType.Boolean, new ObserverSpec { Observer = "MinMax" }), "A quantization specification has the type bool;");
        Refusal.Of(() => _ = new QuantizationSpec(ElementType.QInt8, new ObserverSpec { Observer = "MinMax" }, chAxis: -1), "The channel axis of a quantization specification is -1");
        Refusal.Of(() => _ = new FixedQParamsQuantizationSpec(ElementType.QInt8, 1f, 0, qscheme: QScheme.PerChannelAffine), "Fixed quantization parameters have the scheme per_channel_affine");
    }

    [TestMethod]
    public void Later_quantizers_must_leave_annotations_alone()
    {
        Graph graph = Dense().Node("y", "Gemm", "x w b").Outputs("y");
        QuantizationAnnotation some = new QuantizationAnnotation().WithInput("x", s_byte);
        Refusal.Of(() => PreparePt2e.Run(graph, new ComposableQuantizer(s_xnnpack, Saying(("y", some)))), "Fixed changed the annotation of Gemm 'y' from 'x: qint8");
        Refusal.Of(() => PreparePt2e.Run(graph, new ComposableQuantizer(s_xnnpack, new Fixed([]) { Removes = "y" })), "Fixed removed the annotation of Gemm 'y'");
        Refusal.Of(() => PreparePt2e.Run(graph, new ComposableQuantizer(s_xnnpack, new Fixed([]) { Other = Dense().Node("y", "Gemm", "x w").Outputs("y") })), "Fixed returned another graph from Annotate");
        Assert.AreEqual("y: x: quint8 per_tensor_affine MinMax\n", PreparePt2e.Run(graph, new ComposableQuantizer(Saying(("y", some)), s_xnnpack)).Annotated.ToString(), "the first one decides");
    }

    /// <summary>A quantizer that says what it was told to.</summary>
    private sealed class Fixed(params (string Node, QuantizationAnnotation Annotation)[] annotations) : GraphQuantizer
    {
        public string? Observer { get; init; }

        public string? Removes { get; init; }

        public Graph? Other { get; init; }

        public override AnnotatedGraph Annotate(AnnotatedGraph graph)
        {
            foreach ((string node, QuantizationAnnotation annotation) in annotations) { graph = graph.With(node, annotation); }
            return Other is not null ? new(Other) : Removes is null ? graph : graph.Without(Removes);
        }

        public override ObserverGroup PrepareObserver(ObserverGroup group, ImmutableArray<QuantizationPoint> points) => Observer is null ? group : group with { Spec = group.Spec with { Observer = Observer } };
    }
}
