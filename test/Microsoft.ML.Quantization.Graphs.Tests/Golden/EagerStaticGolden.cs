using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary><c>e2e_eager_ptq.json</c>: ranges, parameters, weights and the codes of every layer, each layer from PyTorch's input codes.</summary>
[TestClass]
public sealed class EagerStaticGolden
{
    [TestMethod]
    [TestCategory("Golden")]
    public void Every_layer_gives_the_codes_of_PyTorch() => GoldenFile.Open("e2e_eager_ptq.json").Check(_ => null, c =>
    {
        bool cnn = c.Text("model") == "cnn";
        Graph fused = FusionPipeline.Run(cnn ? TorchNetworks.Cnn(c) : TorchNetworks.Mlp(c)).Graph;
        ObserverSpec spec = Spec(c.Attributes.GetProperty("qconfig").GetProperty("activation"));
        if (spec.Observer == "MinMax") { CheckObservers(c, cnn, spec); }
        CheckWeights(c, fused, cnn ? 1 : 0);
        CheckLayers(c, cnn ? Convolutional : Perceptron, cnn ? 1 : 0);
        CheckGraph(c, cnn, cnn ? 1 : 0);
    });

    private static readonly (string Layer, string[] Inputs)[] Perceptron = [("fc1", ["quant"]), ("fc2", ["fc1"]), ("sig", ["fc2"]), ("fc3", ["sig"])];

    private static readonly (string Layer, string[] Inputs)[] Convolutional =
        [("conv1", ["quant"]), ("conv2", ["conv1"]), ("ff.activation_post_process", ["conv1", "conv2"]), ("relu2", ["ff.activation_post_process"]), ("pool", ["relu2"]), ("fc", ["pool"])];

    private static ObserverSpec Spec(JsonElement json) => new()
    {
        Observer = json.GetProperty("class").GetString()![..^"Observer".Length],
        QuantMin = json.GetProperty("has_customized_qrange").GetBoolean() ? json.GetProperty("quant_min").GetInt32() : null,
        QuantMax = json.GetProperty("has_customized_qrange").GetBoolean() ? json.GetProperty("quant_max").GetInt32() : null,
        ReduceRange = json.GetProperty("reduce_range").GetBoolean(),
    };

    // Parameters follow exactly from PyTorch's ranges; the ranges of our float graph differ by the order of its sums. The histograms of
    // 1.13 truncate their bounds (what not to copy): their parameters are taken as given.
    private static void CheckObservers(GoldenCase c, bool cnn, ObserverSpec spec)
    {
        var seen = new Ranges();
        Graph fused = FusionPipeline.Run(cnn ? WithSum(TorchNetworks.Cnn(c)) : TorchNetworks.Mlp(c)).Graph;
        using ExecutionPlan plan = ExecutionPlan.Bind(fused);
        foreach (JsonElement batch in c.Inputs.GetProperty("calibration").EnumerateArray()) { plan.Run([GoldenCase.Tensor(batch).ToTensor()], seen); }
        foreach (JsonProperty observer in c.Expected.GetProperty("observers").EnumerateObject())
        {
            string module = observer.Name[..^".activation_post_process".Length];
            float minimum = (float)GoldenCase.Tensor(observer.Value.GetProperty("min_val")).Single, maximum = (float)GoldenCase.Tensor(observer.Value.GetProperty("max_val")).Single;
            (float low, float high) = seen.Of[Value(fused, module)];
            double allowed = 1e-5 * Math.Max(Math.Abs(minimum), Math.Abs(maximum));
            Assert.AreEqual(minimum, low, allowed, observer.Name + " min_val");
            Assert.AreEqual(maximum, high, allowed, observer.Name + " max_val");
            IObserver ours = spec.Create();
            ours.Observe([minimum, maximum], new Shape(2));
            QuantizationParameters parameters = ours.CalculateQParams();
            JsonElement expected = observer.Value.GetProperty("qparams");
            Ulp.AssertNear((float)GoldenCase.Tensor(expected.GetProperty("scale")).Single, parameters.Scale, 0, observer.Name + " scale");
            Assert.AreEqual((int)GoldenCase.Tensor(expected.GetProperty("zero_point")).Single, parameters.ZeroPoint, observer.Name + " zero_point");
        }
    }

    // FloatFunctional observes the sum before the ReLU; as an output of the graph it is not fused away.
    private static Graph WithSum(Graph graph)
    {
        var builder = new GraphBuilder(graph);
        builder.AddOutput("add_relu");
        return builder.Build();
    }

    private static string Value(Graph fused, string module) => module switch
    {
        "quant" => fused.Inputs[0].Name,
        "ff" => "add_relu",
        _ => fused.Node(module).Output,
    };

    private static void CheckWeights(GoldenCase c, Graph fused, int steps)
    {
        foreach (JsonProperty module in c.Expected.GetProperty("converted").EnumerateObject())
        {
            var converted = new ConvertedModule(module.Value);
            if (!converted.HasWeight || module.Name.EndsWith("_packed_params", StringComparison.Ordinal)) { continue; }
            converted.CheckWeight(fused.Constant(fused.Node(module.Name).Inputs[1])!, steps, module.Name);
            Near.Floats(converted.Bias!.AsSpan<float>(), fused.Constant(fused.Node(module.Name).Inputs[2])!.AsSpan<float>(), 1e-6, 1e-7, module.Name + " bias");
        }
    }

    private static void CheckLayers(GoldenCase c, (string Layer, string[] Inputs)[] layers, int steps)
    {
        JsonElement outputs = c.Expected.GetProperty("intermediate_outputs"), converted = c.Expected.GetProperty("converted");
        Check("quant", QuantizedTensor.QuantizePerTensor(c.Input("x").ToTensor(), Module("quant").Scale, Module("quant").ZeroPoint, ElementType.QUInt8));
        foreach ((string layer, string[] names) in layers)
        {
            QuantizedTensor[] x = [.. names.Select(name => ConvertedModule.Quantized(GoldenCase.Tensor(outputs.GetProperty(name))))];
            Check(layer, layer switch
            {
                "sig" => Activations.Sigmoid(x[0]),
                "relu2" => Activations.Relu(x[0]),
                "pool" => AdaptiveAveragePools.AdaptiveAvgPool2d(x[0], [1]),
                "ff.activation_post_process" => Arithmetic.Add(x[0], x[1], Module("ff").Scale, Module("ff").ZeroPoint),
                "fc" => Module(layer).Run(x[0].Flatten(1)),
                _ => Module(layer).Run(x[0]),
            });
        }
        Near.Floats(c.Answer("output"), ConvertedModule.Quantized(GoldenCase.Tensor(outputs.GetProperty(layers[^1].Layer))).Dequantize().AsSpan<float>(), 0, 0, "output");

        ConvertedModule Module(string name) => new(converted.GetProperty(name));

        void Check(string name, QuantizedTensor actual)
        {
            GoldenTensor expected = GoldenCase.Tensor(outputs.GetProperty(name));
            Assert.AreEqual(expected.Scale, actual.QScale, name);
            Assert.AreEqual(expected.ZeroPoint, actual.QZeroPoint, name);
            Near.Codes(expected, actual.IntRepr().AsSpan<byte>(), steps, name);
        }
    }

    // The same network as one graph of integer calls.
    private static void CheckGraph(GoldenCase c, bool cnn, int steps)
    {
        JsonElement modules = c.Expected.GetProperty("converted");
        var graph = new GivenGraph();
        Codes x = graph.Input("x", c.Input("x").Shape, modules.GetProperty("quant")), y;
        if (cnn)
        {
            Codes left = graph.Layer("conv1", "Conv", x, modules.GetProperty("conv1"), TorchNetworks.Padded), right = graph.Layer("conv2", "Conv", left, modules.GetProperty("conv2"), TorchNetworks.Padded);
            JsonElement sum = modules.GetProperty("ff");
            Codes added = graph.Add("sum", "Add", (float)new ConvertedModule(sum).Scale, new ConvertedModule(sum).ZeroPoint, NodeAttributes.Empty, left, right);
            Codes pooled = graph.Copy("pool", "GlobalAveragePool", NodeAttributes.Empty, graph.Copy("relu2", "Relu", NodeAttributes.Empty, added));
            y = graph.Layer("fc", "Gemm", graph.Copy("flat", "Flatten", NodeAttributes.Empty, pooled), modules.GetProperty("fc"));
        }
        else
        {
            Codes hidden = graph.Layer("fc2", "Gemm", graph.Layer("fc1", "Gemm", x, modules.GetProperty("fc1")), modules.GetProperty("fc2"));
            y = graph.Layer("fc3", "Gemm", graph.Add("sig", "Sigmoid", 1f / 256, 0, NodeAttributes.Empty, hidden), modules.GetProperty("fc3"));
        }
        graph.AddOutput(y);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph.Build());
        Near.Floats(c.Answer("output"), plan.Run(c.Input("x").ToTensor())[0].AsSpan<float>(), 0, steps * y.Scale * 1.001, "output of the graph");
    }

    private sealed class Ranges : IActivationTap
    {
        public Dictionary<string, (float Low, float High)> Of { get; } = [];

        public bool Wants(string value) => true;

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape)
        {
            (float low, float high) = Of.GetValueOrDefault(value, (float.PositiveInfinity, float.NegativeInfinity));
            foreach (float element in elements) { (low, high) = (MathF.Min(low, element), MathF.Max(high, element)); }
            Of[value] = (low, high);
        }
    }
}
