using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>linear_dynamic.json</c>: input parameters exactly, outputs to 1e-5. fp16 cases have the formula's result only.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class LinearDynamicGolden
{
    [TestMethod]
    public void Products_with_float_inputs_equal_PyTorch() => GoldenFile.Open("linear_dynamic.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        Tensor x = golden.Input("x").ToTensor();
        Tensor? bias = golden.Optional("bias");
        bool relu = golden.Flag("relu"), reduceRange = golden.Flag("reduce_range");
        if (golden.Text("op") == "linear_dynamic_fp16")
        {
            Tensor half = DynamicFunctions.LinearFloat16(x, golden.Input("weight").ToTensor(), bias, relu);
            GoldenTensors.AssertNear(golden.Answer("math_reference"), half, 1e-5, 1e-5);
            return;
        }
        QuantizedTensor quantized = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8, reduceRange);
        Assert.AreEqual(GoldenNumber.Read(golden.Expected.GetProperty("input_scale")), quantized.QScale, "input scale");
        Assert.AreEqual(golden.Expected.GetProperty("input_zero_point").GetInt32(), quantized.QZeroPoint, "input zero point");
        GoldenTensors.AssertNear(golden.Answer("output"), DynamicFunctions.Linear(x, golden.Input("weight").Quantized(), bias, relu, reduceRange), 1e-5, 1e-5);
    }
}
