using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Reference networks quantized by PyTorch's quantizers for graphs, from file to file.</summary>
[TestClass]
public sealed class Pt2eSpec
{
    // How far below our own configuration, min-max without a reduced range, a quantizer may stay: PyTorch's choose histograms and, in XNNPACK, weights -127..127.
    private const double Decibels = 6;

    private static readonly ImmutableArray<(string Name, GraphQuantizer Quantizer)> s_quantizers =
    [
        ("xnnpack", new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true))),
        ("x86-inductor", new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig())),
    ];

    public static IEnumerable<object[]> Ways => from model in ReferenceModel.All from quantizer in s_quantizers select new object[] { model.Name, quantizer.Name };

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void A_network_keeps_what_our_own_configuration_keeps(string name, string quantizer)
    {
        ReferenceModel model = ReferenceModel.Named(name);
        Graph quantized = Quantize(model, quantizer);
        double plain = SignalToNoise(model.Expected(), Run(ModelQuantizer.QuantizeStatic(model.Load(), [[model.Input()]]).Graph, model.Input()));
        double found = SignalToNoise(model.Expected(), Run(quantized, model.Input()));
        Console.WriteLine($"{name} by {quantizer}: {found:F1} dB, by our configuration {plain:F1} dB");
        Assert.IsGreaterThan(plain - Decibels, found);
    }

    [TestMethod]
    [TestCategory("Engine")]
    [DynamicData(nameof(Ways))]
    public void Every_engine_gives_the_bits_of_the_plain_loops(string name, string quantizer)
    {
        ReferenceModel model = ReferenceModel.Named(name);
        Graph quantized = Quantize(model, quantizer);
        Tensor x = First(model.Input(), 5);
        byte[] expected = Run(quantized, x, EngineList.Reference).Bytes.ToArray();
        foreach (Engine engine in EnginesUnderTest.All) { CollectionAssert.AreEqual(expected, Run(quantized, x, engine).Bytes.ToArray(), engine.Name); }
    }

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void Layers_run_in_integers_and_the_file_computes_the_same(string name, string quantizer)
    {
        ReferenceModel model = ReferenceModel.Named(name);
        Graph quantized = Quantize(model, quantizer);
        GraphVerifier.Verify(quantized);
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized);
        PassNote[] layers = [.. plan.Notes.Where(note => quantized.Nodes.Any(node => node.Name == note.Node && node.Operator is "Gemm" or "MatMul" or "Conv"))];
        Assert.IsGreaterThan(0, layers.Length);
        // A one-dimensional convolution is for Inductor only with a Relu behind it.
        Assert.AreEqual("", string.Join('\n', layers.Where(note => !note.Applied)));
        using var file = new MemoryStream();
        OnnxExporter.Save(quantized, file);
        file.Position = 0;
        CollectionAssert.AreEqual(plan.Run(model.Input())[0].Bytes.ToArray(), Run(OnnxImporter.Load(file), model.Input()).Bytes.ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void ONNX_Runtime_computes_from_the_file_what_our_engine_computes(string name, string quantizer)
    {
        OnnxRuntimeSession.Require();
        ReferenceModel model = ReferenceModel.Named(name);
        Graph quantized = Quantize(model, quantizer);
        using var session = new OnnxRuntimeSession(ExporterSpec.Bytes(quantized));
        double decibels = SignalToNoise(Run(quantized, model.Input()), session.Run(model.Input())[0]);
        Console.WriteLine($"{name} by {quantizer}: {decibels:F1} dB");
        Assert.IsGreaterThan(55.0, decibels);
    }

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void Written_out_in_integer_arithmetic_it_says_the_same(string name, string quantizer)
    {
        ReferenceModel model = ReferenceModel.Named(name);
        Graph quantized = Quantize(model, quantizer), written = new ReferenceRepresentation().Run(quantized).Graph;
        Assert.IsFalse(written.Nodes.Any(node => node.Operator is "QuantizeLinear" or "DequantizeLinear"));
        Tensor x = First(model.Input(), 5);
        Assert.IsGreaterThan(35.0, SignalToNoise(Run(quantized, x), Run(written, x)));
    }

    // ONNX Runtime has MatMulInteger for both signs of codes, ConvInteger for unsigned ones only.
    [TestMethod]
    [DataRow("digits_mlp", "xnnpack")]
    [DataRow("digits_mlp", "x86-inductor")]
    [DataRow("adult_mlp", "xnnpack")]
    [DataRow("adult_mlp", "x86-inductor")]
    [DataRow("fashion_cnn", "x86-inductor")]
    public void ONNX_Runtime_computes_the_same_from_what_is_written_out(string name, string quantizer)
    {
        OnnxRuntimeSession.Require();
        ReferenceModel model = ReferenceModel.Named(name);
        Graph written = new ReferenceRepresentation().Run(Quantize(model, quantizer)).Graph;
        using var session = new OnnxRuntimeSession(ExporterSpec.Bytes(written));
        double decibels = SignalToNoise(Run(written, model.Input()), session.Run(model.Input())[0]);
        Console.WriteLine($"{name} by {quantizer}: {decibels:F1} dB");
        Assert.IsGreaterThan(60.0, decibels);
    }

    [TestMethod]
    [DataRow("sentiment_bag")]
    [DataRow("sentiment_lstm")]
    public void Networks_of_tokens_are_quantized_without_data(string name)
    {
        Graph model = OnnxImporter.Load(RepositoryFolder.At("test", "Models", name + ".onnx"));
        var quantizer = new ComposableQuantizer(new EmbeddingQuantizer(), new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true, isDynamic: true)));
        QuantizedModel quantized = ModelQuantizer.QuantizePt2e(model, quantizer, []);
        Assert.IsTrue(quantized.Notes.Any(note => note is { Pass: "QuantizeDynamic", Applied: true } && note.Text.StartsWith("embedding of", StringComparison.Ordinal)), string.Join('\n', quantized.Notes));
        var tokens = new Tensor(ElementType.Int64, new Shape([4, .. model.Inputs[0].Fact.Dimensions.Skip(1).Select(dimension => dimension.Size!.Value)]));
        foreach (ref long token in tokens.AsSpan<long>()) { token = 1; }
        Assert.IsGreaterThan(25, SignalToNoise(Run(model, tokens), Run(quantized.Graph, tokens)));
    }

    private static Graph Quantize(ReferenceModel model, string quantizer) =>
        ModelQuantizer.QuantizePt2e(model.Load(), s_quantizers.Single(entry => entry.Name == quantizer).Quantizer, [[model.Input()]]).Graph;

    private static Tensor Run(Graph graph, Tensor x, Engine? engine = null)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = engine });
        return plan.Run(x)[0];
    }

    private static Tensor First(Tensor x, int rows) => Tensor.Create<float>(x.AsSpan<float>()[..(x.Length / x.Shape[0] * rows)], new Shape([rows, .. x.Shape.Sizes[1..]]));

    private static double SignalToNoise(Tensor expected, Tensor actual)
    {
        double signal = 0, noise = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double e = expected.AsSpan<float>()[i], d = e - actual.AsSpan<float>()[i];
            (signal, noise) = (signal + e * e, noise + d * d);
        }
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }
}
