using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>q_linear.json</c>: every code exactly as PyTorch's QNNPACK, on every engine.</summary>
[TestClass]
[TestCategory("Engine")]
[TestCategory("Golden")]
public sealed class LinearGolden
{
    [TestMethod]
    public void Codes_equal_PyTorch() => GoldenFile.Open("q_linear.json").Check(_ => null, golden =>
    {
        QuantizedTensor x = golden.Input("x").Quantized(), weight = golden.Input("weight").Quantized();
        Tensor? bias = golden.Optional("bias");
        (double scale, int zeroPoint) = (golden.Number("out_scale")!.Value, golden.Integer("out_zero_point")!.Value);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizedTensor y = golden.Flag("relu")
                ? LinearProducts.LinearRelu(x, weight, bias, scale, zeroPoint, engine)
                : LinearProducts.Linear(x, weight, bias, scale, zeroPoint, engine);
            GoldenTensors.AssertCodes(golden.Answer("output"), y, allowed: 0);
        }
    });
}
