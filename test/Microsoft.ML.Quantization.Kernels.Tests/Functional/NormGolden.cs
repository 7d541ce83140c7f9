using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>q_norms.json</c>: codes within 1, because the order of float sums differs.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class NormGolden
{
    [TestMethod]
    public void Normalizations_equal_PyTorch() => GoldenFile.Open("q_norms.json").Check(_ => null, golden => GoldenTensors.AssertCodes(golden.Answer("output"), Run(golden), 1));

    private static QuantizedTensor Run(GoldenCase golden)
    {
        QuantizedTensor x = golden.Input("x").Quantized();
        (Tensor? weight, Tensor? bias) = (golden.Optional("weight"), golden.Optional("bias"));
        (double eps, double scale, int zeroPoint) = (golden.Number("eps")!.Value, golden.Number("out_scale")!.Value, golden.Integer("out_zero_point")!.Value);
        string op = golden.Text("op")!;
        return op switch
        {
            "layer_norm" => Normalization.LayerNorm(x, GoldenNumber.ReadInts(golden.Attributes.GetProperty("normalized_shape")), weight, bias, eps, scale, zeroPoint),
            "group_norm" => Normalization.GroupNorm(x, golden.Integer("num_groups")!.Value, weight, bias, eps, scale, zeroPoint),
            "instance_norm" => Normalization.InstanceNorm(x, weight, bias, eps, scale, zeroPoint),
            _ when op.StartsWith("batch_norm", StringComparison.Ordinal) => BatchNormalization.BatchNorm(
                x, weight, bias, golden.Input("running_mean").ToTensor(), golden.Input("running_var").ToTensor(), eps, scale, zeroPoint, op.EndsWith("_relu", StringComparison.Ordinal)),
            _ => throw new NotSupportedException($"This test knows no normalization '{op}'."),
        };
    }
}
