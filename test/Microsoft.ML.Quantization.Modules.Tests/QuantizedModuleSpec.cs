using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>Converted modules: near the float ones, and equal to their graphs up to one code at ties.</summary>
[TestClass]
public sealed class QuantizedModuleSpec
{
    public static IEnumerable<object[]> Layers => All().Select(layer => new object[] { layer.Name });

    [TestMethod]
    [DynamicData(nameof(Layers))]
    public void A_converted_layer_lies_near_the_float_one_and_its_graph_within_a_code(string name)
    {
        (_, Module layer, int[] shape, string typeName) = All().Single(candidate => candidate.Name == name);
        Module model = new Sequential([("quant", new QuantStub()), ("layer", Numbers.Fill(layer)), ("dequant", new DeQuantStub())]);
        model.QConfig = QConfigs.SymmetricQnnpack with { Activation = new() { Observer = "MinMax" } };
        Tensor x = Numbers.Input(shape);
        Module converted = EagerQuantization.Quantize(model, [[x]]);
        Assert.AreEqual(typeName, converted["layer"].TypeName);

        Value y = converted["layer"].Forward(converted["quant"].Forward(x));
        float step = (float)y.ToQuantizedTensor().QScale;
        float[] eager = converted.Forward(x).ToTensor().AsSpan<float>().ToArray(), whole = model.Forward(x).ToTensor().AsSpan<float>().ToArray();
        double signal = whole.Sum(value => (double)value * value), noise = whole.Zip(eager, (a, b) => ((double)a - b) * (a - b)).Sum();
        // Eight bits of input, weights and output keep 25 dB on these numbers, which fill their ranges.
        Assert.IsGreaterThan(25, 10 * Math.Log10(signal / noise));

        Graph graph = converted.ToGraph([new("x", new TensorFact(ElementType.Float32, x.Shape))]);
        Assert.IsTrue(graph.IsQuantized);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        float[] traced = plan.Run(x)[0].AsSpan<float>().ToArray();
        for (int i = 0; i < eager.Length; i++) { Assert.AreEqual(eager[i], traced[i], 1.001 * step, $"[{i}]"); }
        // PyTorch's PReLU takes values above 0 times the rounded code of 1, a graph leaves them.
        if (layer is PReLU) { return; }
        Assert.IsLessThanOrEqualTo(eager.Length / 20 + 1, eager.Zip(traced).Count(pair => Math.Abs(pair.First - pair.Second) > 0.5 * step), "codes that differ");
    }

    [TestMethod]
    public void A_converted_network_runs_on_codes_and_reads_back_from_its_file_with_the_same_bits()
    {
        (Graph graph, Tensor x) = ConvertedNetwork();
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        float[] expected = plan.Run(x)[0].AsSpan<float>().ToArray();
        Assert.HasCount(2, plan.Notes.Where(note => note.Applied && (note.Node == "1" || note.Node == "6")));

        string path = Path.Combine(Directory.CreateTempSubdirectory("mlq-test-").FullName, "modules.onnx");
        try
        {
            OnnxExporter.Save(graph, path);
            using ExecutionPlan read = ExecutionPlan.Bind(OnnxImporter.Load(path));
            CollectionAssert.AreEqual(expected, read.Run(x)[0].AsSpan<float>().ToArray());
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [TestMethod]
    public void ONNX_Runtime_gives_the_codes_of_a_converted_network()
    {
        OnnxRuntimeSession.Require();
        (Graph graph, Tensor x) = ConvertedNetwork();
        string path = Path.Combine(Directory.CreateTempSubdirectory("mlq-test-").FullName, "modules.onnx");
        try
        {
            OnnxExporter.Save(graph, path);
            using ExecutionPlan plan = ExecutionPlan.Bind(graph);
            // Optimized, ONNX Runtime joins operators in its own way; as written, the file has one meaning.
            using var session = new OnnxRuntimeSession(path, optimize: false);
            float[] ours = plan.Run(x)[0].AsSpan<float>().ToArray(), theirs = session.Run(x)[0].AsSpan<float>().ToArray();
            Assert.HasCount(ours.Length, theirs);
            // The output is a sigmoid with 256 codes over 0 to 1: float sums in another order may move a tie by one of them.
            for (int i = 0; i < ours.Length; i++) { Assert.AreEqual(ours[i], theirs[i], 1.001f / 256); }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    /// <summary>A convolution, a pool and a product on codes, as a graph of opset 13, with rows for it.</summary>
    private static (Graph Graph, Tensor Rows) ConvertedNetwork()
    {
        Module model = new Sequential(new QuantStub(), new Conv2d(2, 4, [3], new() { Padding = [1] }), new BatchNorm2d(4), new ReLU(), new MaxPool2d([2]), new Flatten(), new Linear(36, 5), new Sigmoid(), new DeQuantStub());
        Numbers.Fill(model);
        Module fused = EagerQuantization.FuseModules(model, ["1", "2", "3"]);
        fused.QConfig = QConfigs.PerChannel;
        Tensor x = Numbers.Input(3, 2, 6, 6);
        return (EagerQuantization.Quantize(fused, [[x]]).ToGraph([new("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 2, 6, 6]))], opset: 13), x);
    }

    [TestMethod]
    public void Functional_operations_on_codes_follow_their_graphs()
    {
        var model = new Functionals();
        model.QConfig = new(new() { Observer = "MinMax" }, null);
        Tensor x = Numbers.Input(2, 3);
        Module converted = EagerQuantization.Quantize(model, [[x]]);
        Assert.AreEqual("nn.quantized.QFunctional", converted["sum"].TypeName);
        float[] eager = converted.Forward(x).ToTensor().AsSpan<float>().ToArray(), whole = model.Forward(x).ToTensor().AsSpan<float>().ToArray();
        Graph graph = converted.ToGraph([new("x", new TensorFact(ElementType.Float32, x.Shape))]);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        float[] traced = plan.Run(x)[0].AsSpan<float>().ToArray();
        double step = ((Quantized.QFunctional)converted["joined"]).Output.Scale;
        for (int i = 0; i < eager.Length; i++)
        {
            Assert.AreEqual(whole[i], eager[i], 4 * step, $"[{i}]");
            Assert.AreEqual(eager[i], traced[i], 2.001 * step, $"[{i}] of the graph");
        }
    }

    [TestMethod]
    public void Layers_that_quantize_once_behind_a_function_lie_within_a_step_of_the_function()
    {
        QuantizedTensor x = QuantizedTensor.QuantizePerTensor(Numbers.Input(4, 6), 0.02, 120, ElementType.QUInt8), weight = QuantizedTensor.QuantizePerTensor(Numbers.Input(3, 6), 0.01, 0, ElementType.QInt8);
        Tensor bias = Tensor.Create(0.5f, -0.25f, 0f);
        float[] sums = Functions.MatMul(x.Dequantize(), Value.FromTensor(weight.Dequantize()).Transpose(0, 1)).ToTensor().AsSpan<float>().ToArray();
        for (int i = 0; i < sums.Length; i++) { sums[i] += bias.AsSpan<float>()[i % 3]; }
        Check(Quantized.FusedLayer.LinearLeakyReLU(weight, bias, new(0.05, 100), 0.1f), [x], sums.Select(value => value > 0 ? value : 0.1f * value), 0.05, 100);
        Check(Quantized.FusedLayer.LinearTanh(weight, bias, new(2.0 / 256, 128)), [x], sums.Select(MathF.Tanh), 2.0 / 256, 128);

        QuantizedTensor image = QuantizedTensor.QuantizePerTensor(Numbers.Input(1, 2, 4, 4), 0.02, 120, ElementType.QUInt8), kernel = QuantizedTensor.QuantizePerTensor(Numbers.Input(2, 2, 1, 1), 0.02, 0, ElementType.QInt8);
        float[] conv = new Conv2d(kernel.Dequantize(), null).Forward(image.Dequantize()).ToTensor().AsSpan<float>().ToArray(), added = [.. conv.Zip(image.Dequantize().AsSpan<float>().ToArray(), (a, b) => a + b)];
        Check(Quantized.FusedLayer.ConvAdd2d(kernel, null, new(0.06, 128)), [image, image], added, 0.06, 128);
        Check(Quantized.FusedLayer.ConvAddReLU2d(kernel, null, new(0.03, 0)), [image, image], added.Select(value => Math.Max(value, 0f)), 0.03, 0);

        static void Check(Module layer, ImmutableArray<Value> values, IEnumerable<float> expected, double scale, int zero)
        {
            float[] found = layer.Forward(values)[0].ToQuantizedTensor().Dequantize().AsSpan<float>().ToArray();
            double low = -zero * scale, high = (255 - zero) * scale;
            // Half a step of rounding, and that of the bias.
            foreach ((float wanted, float actual) in expected.Zip(found)) { Assert.AreEqual(Math.Clamp(wanted, low, high), actual, 0.51 * scale, layer.TypeName); }
        }
    }

    [TestMethod]
    public void Embeddings_keep_8_or_4_bits()
    {
        Module model = Numbers.Fill(new Sequential([("emb", new Embedding(8, 4))]));
        Tensor indices = Tensor.Create<long>([0, 7, 3, 3], new Shape(2, 2));
        float[] whole = model.Forward(indices).ToTensor().AsSpan<float>().ToArray();
        foreach ((QConfig config, double step) in ((QConfig, double)[])[(QConfigs.FloatQParamsWeightOnly, 1.9 / 255), (QConfigs.FloatQParamsWeightOnly4Bit, 1.9 / 15)])
        {
            Module quantized = EagerQuantization.QuantizeDynamic(model, QConfigMapping.Empty.SetObjectType("nn.Embedding", config));
            Assert.AreEqual("nn.quantized.Embedding", quantized["emb"].TypeName);
            float[] found = quantized.Forward(indices).ToTensor().AsSpan<float>().ToArray();
            for (int i = 0; i < whole.Length; i++) { Assert.AreEqual(whole[i], found[i], 0.51 * step, $"[{i}]"); }
            using ExecutionPlan plan = ExecutionPlan.Bind(quantized.ToGraph([new("x", new TensorFact(ElementType.Int64, [Dimension.Named("batch"), 2]))]));
            float[] traced = plan.Run(indices)[0].AsSpan<float>().ToArray();
            for (int i = 0; i < whole.Length; i++) { Assert.AreEqual(found[i], traced[i], 1e-6, $"[{i}] of the graph"); }
        }
    }

    [TestMethod]
    public void Reference_modules_compute_with_what_their_weights_become()
    {
        Module model = Numbers.Fill(new Sequential([("fc", new Linear(6, 4)), ("lstm", new LSTM(4, 3))]));
        model.QConfig = QConfigs.PerChannel;
        EagerQuantization.PropagateQConfig(model);
        Module reference = EagerQuantization.Convert(model, mapping: ModuleMappings.ReferenceStatic);
        Assert.AreEqual("nn.quantized.reference.Linear", reference["fc"].TypeName);
        Assert.AreEqual("nn.quantized.reference.LSTM", reference["lstm"].TypeName);
        var fc = (Reference.ReferenceModule)reference["fc"];
        Tensor x = Numbers.Input(2, 5, 6);
        var rounded = new Linear(fc.QuantizedWeight("weight").Dequantize(), ((Linear)model["fc"]).Bias);
        Tensor expected = rounded.Forward(x).ToTensor(), found = fc.Forward(x).ToTensor();
        CollectionAssert.AreEqual(expected.AsSpan<float>().ToArray(), found.AsSpan<float>().ToArray());
        float[] whole = model.Forward(x).ToTensor().AsSpan<float>().ToArray(), all = reference.Forward([x])[0].ToTensor().AsSpan<float>().ToArray();
        for (int i = 0; i < whole.Length; i++) { Assert.AreEqual(whole[i], all[i], 0.05, $"[{i}]"); }
    }

    private static IEnumerable<(string Name, Module Module, int[] Shape, string TypeName)> All()
    {
        foreach ((Module module, int[] shape, string? type) in ((Module, int[], string?)[])
        [
            (new Linear(8, 6), [4, 8], null), (new Linear(8, 6), [2, 3, 8], null),
            (new Conv1d(4, 6, [3], new() { Padding = [1], Groups = 2 }), [2, 4, 8], null), (new Conv2d(2, 4, [3], new() { Strides = [2] }), [2, 2, 7, 7], null), (new Conv3d(2, 3, [2]), [1, 2, 3, 4, 3], null),
            (new Conv2d(2, 4, [3], new() { Padding = [1] }, mode: PaddingMode.Reflect), [1, 2, 5, 5], null),
            (new ConvTranspose1d(4, 6, [3], new() { Strides = [2] }), [2, 4, 5], null), (new ConvTranspose2d(2, 3, [3]), [1, 2, 4, 3], null),
            (new BatchNorm2d(4), [2, 4, 3, 3], null), (new LayerNorm([8]), [4, 8], null), (new GroupNorm(2, 4), [2, 4, 6], null), (new InstanceNorm2d(3), [2, 3, 4, 4], null),
            (new Hardswish(), [4, 16], null), (new ELU(), [4, 16], null), (new LeakyReLU(0.2f), [4, 16], null), (new ReLU6(), [4, 16], null), (new PReLU(4), [2, 4, 8], null), (new Dropout(), [4, 16], null),
            (new ReLU(), [4, 16], "nn.ReLU"), (new Sigmoid(), [4, 16], "nn.Sigmoid"), (new Tanh(), [4, 16], "nn.Tanh"), (new Hardsigmoid(), [4, 16], "nn.Hardsigmoid"), (new Hardtanh(), [4, 16], "nn.Hardtanh"), (new GELU(), [4, 16], "nn.GELU"),
            (new Softmax(1), [4, 5], "nn.Softmax"), (new MaxPool2d([2]), [1, 2, 6, 6], "nn.MaxPool2d"), (new AvgPool2d([2]), [1, 2, 6, 6], "nn.AvgPool2d"), (new AdaptiveAvgPool2d([2, 3]), [1, 2, 6, 6], "nn.AdaptiveAvgPool2d"),
            (new Flatten(), [2, 3, 4], "nn.Flatten"),
            (Intrinsic.FusedModules.LinearReLU(new(8, 6), new()), [4, 8], "nn.intrinsic.quantized.LinearReLU"), (Intrinsic.FusedModules.ConvReLU2d(new(2, 4, [3]), new()), [1, 2, 6, 6], "nn.intrinsic.quantized.ConvReLU2d"),
            (Intrinsic.FusedModules.BNReLU2d(new(4), new()), [2, 4, 3, 3], "nn.intrinsic.quantized.BNReLU2d"),
        ])
        {
            yield return ($"{module.TypeName} {string.Join('x', shape)}{(module is ConvNd { PaddingMode: PaddingMode.Reflect } ? " reflect" : "")}", module, shape, type ?? "nn.quantized" + module.TypeName["nn".Length..]);
        }
    }

    private sealed class Functionals : Module
    {
        public Functionals()
        {
            RegisterModule("quant", new QuantStub());
            RegisterModule("dequant", new DeQuantStub());
            foreach (string name in (string[])["sum", "product", "joined", "scalars", "clipped"]) { RegisterModule(name, new FloatFunctional()); }
        }

        public override string TypeName => "Functionals";

        protected override Value Compute(Value value)
        {
            Value x = this["quant"].Forward(value), y = F("scalars").AddScalar(F("scalars").MulScalar(x, 0.5), 0.25);
            return this["dequant"].Forward(F("joined").Cat([F("sum").Add(x, y), F("product").Mul(x, y), F("clipped").AddRelu(x, x)], 1));
        }

        private FunctionalModule F(string name) => (FunctionalModule)this[name];
    }
}
