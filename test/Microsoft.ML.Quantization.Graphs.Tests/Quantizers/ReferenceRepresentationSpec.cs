using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tests.Passes;

namespace Microsoft.ML.Quantization.Tests.Quantizers;

[TestClass]
public sealed class ReferenceRepresentationSpec
{
    private static readonly XnnpackQuantizer s_xnnpack = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true));

    private static Sketch Dense() => new Sketch(16, 8).Random("w", 8, 8).Random("b", 8);

    private static (Graph Quantized, Graph Written) Convert(Graph graph, GraphQuantizer? quantizer = null)
    {
        Pt2eGraph prepared = PreparePt2e.Run(graph, quantizer ?? s_xnnpack);
        Calibration calibration = Sketch.Calibrate(prepared.Prepared);
        return (ConvertPt2e.Run(prepared, calibration).Graph, ConvertPt2e.Run(prepared, calibration, useReferenceRepresentation: true).Graph);
    }

    private static float Step(Graph quantized) => quantized.Constant(quantized.Producer(quantized.Outputs[0].Name)!.Inputs[1])!.AsSpan<float>()[0];

    public static IEnumerable<object[]> Products =>
    [
        ["linear", Dense().Node("y", "Gemm", "x w b").Outputs("y")],
        ["linear, transposed weights", Dense().Node("y", "Gemm", "x w b", ("transB", 1)).Outputs("y")],
        ["linear and relu", Dense().Node("a", "Gemm", "x w b").Node("y", "Relu", "a").Outputs("y")],
        ["product", Dense().Node("y", "MatMul", "x w").Outputs("y")],
        ["bias for all", Dense().Constant("one", Tensor.Create(0.25f)).Node("y", "Gemm", "x w one").Outputs("y")],
        ["convolution", new Sketch(2, 3, 9, 9).Random("w", 4, 3, 3, 3).Random("b", 4).Node("y", "Conv", "x w b").Outputs("y")],
        ["depthwise convolution and relu", new Sketch(2, 4, 9, 9).Random("w", 4, 1, 3, 3).Node("a", "Conv", "x w", ("group", 4)).Node("y", "Relu", "a").Outputs("y")],
        ["pool of codes", new Sketch(1, 3, 8, 8).Random("w", 4, 3, 3, 3).Node("a", "Conv", "x w").Node("y", "MaxPool", "a", ("kernel_shape", System.Collections.Immutable.ImmutableArray.Create(2L, 2))).Outputs("y")],
    ];

    [TestMethod]
    [DynamicData(nameof(Products))]
    public void Products_and_pools_have_the_bits_of_the_integer_engine(string name, object graph)
    {
        (Graph quantized, Graph written) = Convert((Graph)graph);
        Assert.IsFalse(written.Nodes.Any(node => node.Operator is "QuantizeLinear" or "DequantizeLinear"), Sketch.Operators(written));
        CollectionAssert.AreEqual(Sketch.Run(quantized), Sketch.Run(written), name);
    }

    [TestMethod]
    public void Sums_round_term_by_term_and_differ_by_one_code_at_most()
    {
        foreach (Graph graph in (Graph[])[Dense().Input("z", 16, 8).Node("y", "Add", "x z").Outputs("y"), Dense().Input("z", 16, 8).Node("s", "Add", "x z").Node("y", "Relu", "s").Outputs("y")])
        {
            (Graph quantized, Graph written) = Convert(graph);
            float[] expected = Sketch.Run(quantized), actual = Sketch.Run(written);
            float step = Step(quantized);
            for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], step * 1.001f, $"element {i}"); }
            Assert.IsTrue(actual.Distinct().Count() > 20, "many codes are used");
            Assert.AreEqual(actual.Min() >= 0, graph.Node("y").Operator == "Relu");
        }
    }

    [TestMethod]
    public void Operators_without_a_formula_compute_between_quantize_and_dequantize_written_out()
    {
        Graph graph = new Sketch(1, 3, 8, 8).Random("w", 4, 3, 3, 3).Node("a", "Conv", "x w").Node("g", "GlobalAveragePool", "a").Node("s", "Sigmoid", "g").Node("y", "Mul", "g s").Outputs("y");
        (Graph quantized, Graph written) = Convert(graph);
        Assert.IsFalse(written.Nodes.Any(node => node.Operator is "QuantizeLinear" or "DequantizeLinear"));
        Sketch.AssertClose(Sketch.Run(quantized), Sketch.Run(written), 0.01);
    }

    [TestMethod]
    public void A_pool_between_two_maps_rounds_from_one_to_the_other()
    {
        var builder = new GraphBuilder("pool", 13);
        builder.AddInput("x", new(ElementType.Float32, new Shape(1, 1, 4, 4)));
        builder.AddConstant("sx", Tensor.Scalar(0.02f));
        builder.AddConstant("zx", Tensor.Create<sbyte>([3], Shape.Scalar));
        builder.AddConstant("sy", Tensor.Scalar(0.05f));
        builder.AddConstant("zy", Tensor.Create<sbyte>([-20], Shape.Scalar));
        string codes = builder.Add("q", "QuantizeLinear", ["x", "sx", "zx"]), reals = builder.Add("d", "DequantizeLinear", [codes, "sx", "zx"]);
        string pooled = builder.Add("p", "MaxPool", [reals], NodeAttributes.Empty.With("kernel_shape", System.Collections.Immutable.ImmutableArray.Create(2L, 2)));
        builder.AddOutput(builder.Add("d2", "DequantizeLinear", [builder.Add("q2", "QuantizeLinear", [pooled, "sy", "zy"]), "sy", "zy"]));
        Graph graph = builder.Build();
        PassResult written = new ReferenceRepresentation().Run(graph);
        Assert.AreEqual("MaxPool in integer arithmetic", written.Notes.Single(note => note.Node == "p").Text);
        Sketch.AssertClose(Sketch.Run(graph), Sketch.Run(written.Graph), 0.06);
        Assert.IsGreaterThan(25, Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(written.Graph)));
    }

    [TestMethod]
    public void It_says_where_no_formula_holds()
    {
        Graph graph = Convert(Dense().Node("a", "Gemm", "x w b").Node("m", "Mul", "a x").Node("y", "Add", "m b").Outputs("y")).Quantized;
        PassResult written = new ReferenceRepresentation().Run(graph);
        Assert.AreEqual("Mul stays between codes and reals: no formula in integers is given for it", written.Notes.Single(note => note.Node == "m").Text);
        Assert.AreEqual("Gemm in integer arithmetic", written.Notes.Single(note => note.Node == "a").Text);
        Graph last = Convert(Dense().Node("y", "Gemm", "x w b").Outputs("y"), new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig())).Quantized;
        Assert.AreEqual("Gemm stays between codes and reals: its result is not read by one QuantizeLinear to 8 bits alone", new ReferenceRepresentation().Run(last).Notes.Single(note => note.Node == "y").Text);
    }
}
