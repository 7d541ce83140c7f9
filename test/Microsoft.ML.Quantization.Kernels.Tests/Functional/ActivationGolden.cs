using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>q_activations.json</c>: codes within 1, at most 1 % of them different; inputs equal to a threshold are not compared.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class ActivationGolden
{
    [TestMethod]
    public void Activations_equal_PyTorch() => GoldenFile.Open("q_activations.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        QuantizedTensor x = golden.Input("x").Quantized();
        // PyTorch dequantizes with one fused multiply-add, which moves an input that equals the threshold to one side of it.
        float[] reals = x.Dequantize().AsSpan<float>().ToArray();
        Func<int, bool>? skip = golden.Number("threshold") is { } at ? i => Math.Abs(reals[i] - at) <= 1e-6 * Math.Max(1, Math.Abs(at)) : null;
        GoldenTensors.AssertCodes(golden.Answer("output"), Run(golden, x), 0.01, skip);
    }

    private static QuantizedTensor Run(GoldenCase golden, QuantizedTensor x)
    {
        float Number(string name, float absent) => (float)(golden.Number(name) ?? absent);
        (double scale, int zeroPoint) = (golden.Number("out_scale") ?? 1, golden.Integer("out_zero_point") ?? 0);
        return golden.Text("op") switch
        {
            "relu" => Activations.Relu(x),
            "relu6" => Activations.Relu6(x),
            "hardtanh" => Activations.Hardtanh(x, Number("min", -1), Number("max", 1)),
            "clamp" or "clamp_min_only" or "clamp_max_only" => Activations.Clamp(x, (float?)golden.Number("min"), (float?)golden.Number("max")),
            "threshold" => Activations.Threshold(x, Number("threshold", 0), Number("value", 0)),
            "leaky_relu_inherit" => Activations.LeakyRelu(x, Number("negative_slope", 0.01f)),
            "leaky_relu" => Activations.LeakyRelu(x, Number("negative_slope", 0.01f), scale, zeroPoint),
            "elu" or "elu_a" or "elu_args" => Activations.Elu(x, scale, zeroPoint, Number("alpha", 1), Number("scale", 1), Number("input_scale", 1)),
            "celu" => Activations.Celu(x, scale, zeroPoint, Number("alpha", 1)),
            "hardswish" => Activations.Hardswish(x, scale, zeroPoint),
            "hardsigmoid" => Activations.Hardsigmoid(x),
            "sigmoid" => Activations.Sigmoid(x),
            "quantized_sigmoid" => Activations.Sigmoid(x, scale, zeroPoint),
            "tanh" => Activations.Tanh(x),
            "gelu" => Activations.Gelu(x),
            "gelu_tanh" => Activations.Gelu(x, tanhApproximation: true),
            "softmax" => ParametricActivations.Softmax(x, golden.Integer("dim")!.Value, scale, zeroPoint),
            "prelu" => ParametricActivations.PRelu(x, golden.Input("weight").Quantized(), scale, zeroPoint),
            "dropout" => Activations.Dropout(x),
            var other => throw new NotSupportedException($"This test knows no activation '{other}'."),
        };
    }
}
