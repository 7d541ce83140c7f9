using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>
/// <c>q_conv_transpose.json</c>: over one and two axes every code exactly as PyTorch's QNNPACK; over three within 1 of oneDNN, which alone computes
/// them, and exactly as the formula where the file holds its result.
/// </summary>
[TestClass]
[TestCategory("Engine")]
[TestCategory("Golden")]
public sealed class TransposedConvolutionGolden
{
    [TestMethod]
    public void Codes_equal_PyTorch() => GoldenFile.Open("q_conv_transpose.json").Check(_ => null, golden =>
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizedTensor y = Run(golden, engine);
            GoldenTensors.AssertCodes(golden.Answer("output"), y, allowed: golden.Integer("ndim") == 3 ? 1 : 0);
            if (golden.Expected.TryGetProperty("spec_reference_output", out JsonElement formula)) { QuantizedCodes.AssertNear(GoldenNumber.ReadInts(formula), y.Ints(), allowed: 0); }
        }
    });

    private static QuantizedTensor Run(GoldenCase golden, Engine engine)
    {
        QuantizedTensor x = golden.Input("x").Quantized(), weight = golden.Input("weight").Quantized();
        Tensor? bias = golden.Optional("bias");
        (double scale, int zeroPoint) = (golden.Number("out_scale")!.Value, golden.Integer("out_zero_point")!.Value);
        ConvolutionSettings settings = ConvolutionGolden.Settings(golden);
        return golden.Integer("ndim") switch
        {
            1 => TransposedConvolutions.ConvTranspose1d(x, weight, bias, scale, zeroPoint, settings, engine),
            2 => TransposedConvolutions.ConvTranspose2d(x, weight, bias, scale, zeroPoint, settings, engine),
            _ => TransposedConvolutions.ConvTranspose3d(x, weight, bias, scale, zeroPoint, settings, engine),
        };
    }
}
