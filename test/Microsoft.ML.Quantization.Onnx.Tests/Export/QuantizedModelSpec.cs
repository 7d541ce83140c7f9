using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class QuantizedModelSpec
{
    // Bytes of the state PyTorch 1.13.1 serializes for the same model and scheme: static, weights per channel.
    [TestMethod]
    [DataRow("fashion_cnn", 114_861)]
    [DataRow("digits_mlp", 26_857)]
    [DataRow("adult_mlp", 16_809)]
    [DataRow("bike_tcn", 48_261)]
    [DataRow("fashion_ae", 25_523)]
    public void A_quantized_file_is_no_larger_than_PyTorchs(string name, int bytes)
    {
        int found = ExporterSpec.Bytes(Quantize(name)).Length;
        Console.WriteLine($"{name}: {found} bytes, PyTorch {bytes}");
        Assert.IsLessThanOrEqualTo(bytes, found);
    }

    [TestMethod]
    [DataRow("fashion_cnn.bn")]
    [DataRow("digits_mlp")]
    [DataRow("adult_mlp")]
    [DataRow("bike_tcn")]
    [DataRow("fashion_ae")]
    public void A_quantized_file_read_again_computes_the_same_bits(string name)
    {
        Graph graph = Quantize(name);
        Tensor input = ReferenceModel.Named(name).Input();
        Graph again = RoundTripSpec.Again(graph);
        using ExecutionPlan expected = ExecutionPlan.Bind(graph), actual = ExecutionPlan.Bind(again), fused = ExecutionPlan.Bind(RoundTripSpec.Fuse(again));
        TensorAssert.AreEqual(expected.Run(input)[0], actual.Run(input)[0]);
        TensorAssert.AreEqual(expected.Run(input)[0], fused.Run(input)[0]);
        CollectionAssert.AreEqual(ExporterSpec.Bytes(again), ExporterSpec.Bytes(RoundTripSpec.Again(again)));
    }

    // Both are exact in integers; they may differ by a code where one rounds a float intermediate the other keeps in integers.
    [TestMethod]
    [DataRow("fashion_cnn")]
    [DataRow("digits_mlp")]
    [DataRow("adult_mlp")]
    [DataRow("bike_tcn")]
    [DataRow("fashion_ae")]
    public void ONNX_Runtime_computes_from_our_quantized_file_what_our_engine_computes(string name)
    {
        OnnxRuntimeSession.Require();
        Graph graph = Quantize(name);
        Tensor input = ReferenceModel.Named(name).Input();
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        Tensor ours = plan.Run(input)[0];
        // Agreement on a wrong answer would prove nothing.
        double quality = SignalToNoise(ReferenceModel.Named(name).Expected(), ours);
        Console.WriteLine($"{name}: {quality:F1} dB against float");
        Assert.IsInRange(25.0, 80.0, quality);
        foreach (NamePolicy policy in Enum.GetValues<NamePolicy>())
        {
            using var session = new OnnxRuntimeSession(ExporterSpec.Bytes(graph, new() { Names = policy }));
            double decibels = SignalToNoise(ours, session.Run(input)[0]);
            Console.WriteLine($"{name}: {decibels:F1} dB");
            Assert.IsGreaterThan(45.0, decibels);
        }
    }

    private static Graph Quantize(string name)
    {
        var model = ReferenceModel.Named(name);
        return ModelQuantizer.QuantizeStatic(model.Load(), [[model.Input()]]).Graph;
    }

    private static double SignalToNoise(Tensor expected, Tensor actual)
    {
        Assert.AreEqual(expected.ToString(), actual.ToString());
        ReadOnlySpan<float> e = expected.AsSpan<float>(), a = actual.AsSpan<float>();
        double signal = 0, noise = 0;
        for (int i = 0; i < e.Length; i++)
        {
            signal += (double)e[i] * e[i];
            noise += ((double)e[i] - a[i]) * ((double)e[i] - a[i]);
        }
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }
}
