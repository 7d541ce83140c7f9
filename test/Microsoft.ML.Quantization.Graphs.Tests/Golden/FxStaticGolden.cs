using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>
/// <c>e2e_fx_ptq.json</c>: the arithmetic of every case, from PyTorch's list of calls. That our own capture gives this list needs captured
/// modules.
/// </summary>
[TestClass]
public sealed class FxStaticGolden
{
    private const double DynamicAbsolute = 1e-4;

    [TestMethod]
    [TestCategory("Golden")]
    public void Lowered_networks_compute_what_PyTorch_computes() => GoldenFile.Open("e2e_fx_ptq.json").Check(_ => null, c =>
    {
        CheckObservers(c);
        CheckWeights(c);
        var lowered = new LoweredGraph(c);
        lowered.Run();
        JsonElement expected = c.Expected.GetProperty("output");
        JsonElement[] tensors = expected.ValueKind == JsonValueKind.Array ? [.. expected.EnumerateArray()] : [expected];
        Assert.HasCount(tensors.Length, lowered.Outputs);
        for (int i = 0; i < tensors.Length; i++)
        {
            (Tensor value, double scale) = lowered.Outputs[i];
            Near.Floats(GoldenCase.Tensor(tensors[i]), value.AsSpan<float>(), 0, scale > 0 ? scale * 1.001 : DynamicAbsolute, $"output {i}");
        }
    });

    private static void CheckObservers(GoldenCase c)
    {
        foreach (JsonProperty observer in c.Expected.GetProperty("observers").EnumerateObject().Where(entry => entry.Value.GetProperty("type").GetString() == "MinMaxObserver"))
        {
            JsonElement expected = observer.Value.GetProperty("qparams");
            bool isWeight = c.Text("model") == "func" && IsWeight(c, observer.Name);
            IObserver ours = new ObserverSpec
            {
                Observer = "MinMax", Type = isWeight ? ElementType.QInt8 : ElementType.QUInt8, Scheme = isWeight ? QScheme.PerTensorSymmetric : QScheme.PerTensorAffine,
            }.Create();
            ours.Observe([(float)GoldenCase.Tensor(observer.Value.GetProperty("min_val")).Single, (float)GoldenCase.Tensor(observer.Value.GetProperty("max_val")).Single], new Shape(2));
            Ulp.AssertNear((float)GoldenCase.Tensor(expected.GetProperty("scale")).Single, ours.CalculateQParams().Scale, 0, observer.Name);
            Assert.AreEqual((int)GoldenCase.Tensor(expected.GetProperty("zero_point")).Single, ours.CalculateQParams().ZeroPoint, observer.Name);
        }
    }

    // Functional calls observe their weights in the graph: the observer's input is an attribute.
    private static bool IsWeight(GoldenCase c, string observer) => c.Expected.GetProperty("prepared_graph").EnumerateArray()
        .Where(node => node.GetProperty("target").GetString() == observer)
        .SelectMany(node => node.GetProperty("args").EnumerateArray())
        .Any(arg => c.Inputs.GetProperty("params").TryGetProperty(arg.GetString()!, out _));

    private static void CheckWeights(GoldenCase c)
    {
        Graph? fused = c.Text("model") switch { "cnn" => FusionPipeline.Run(TorchNetworks.Cnn(c)).Graph, "mlp" => FusionPipeline.Run(TorchNetworks.Mlp(c)).Graph, _ => null };
        foreach (JsonProperty module in c.Expected.GetProperty("converted").EnumerateObject().Where(entry => !entry.Name.EndsWith("_packed_params", StringComparison.Ordinal)))
        {
            var converted = new ConvertedModule(module.Value);
            if (!converted.HasWeight) { continue; }
            Tensor weight = fused is null ? GoldenCase.Tensor(c.Inputs.GetProperty("params").GetProperty(module.Name + ".weight")).ToTensor() : fused.Constant(fused.Node(module.Name).Inputs[1])!;
            converted.CheckWeight(weight, c.Text("model") == "cnn" ? 1 : 0, module.Name);
        }
    }
}
