using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>
/// <c>conv_dynamic.json</c>: the result of the formula (<c>math_reference</c>) to 1e-5. PyTorch's own output is its result quantized with the input's
/// parameters, a defect that is not reproduced.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class ConvDynamicGolden
{
    [TestMethod]
    public void Convolutions_with_float_inputs_equal_the_formula() => GoldenFile.Open("conv_dynamic.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        Tensor x = golden.Input("x").ToTensor();
        QuantizedTensor quantized = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8, golden.Flag("reduce_range"));
        Assert.AreEqual(GoldenNumber.Read(golden.Expected.GetProperty("input_scale")), quantized.QScale, "input scale");
        Assert.AreEqual(golden.Expected.GetProperty("input_zero_point").GetInt32(), quantized.QZeroPoint, "input zero point");
        ConvolutionSettings settings = new()
        {
            Strides = Ints(golden, "stride"),
            Padding = Ints(golden, "padding"),
            Dilations = Ints(golden, "dilation"),
            OutputPadding = Ints(golden, "output_padding"),
            Groups = golden.Integer("groups") ?? 1,
        };
        (QuantizedTensor weight, Tensor? bias) = (golden.Input("weight").Quantized(), golden.Optional("bias"));
        bool transposed = golden.Name.Contains("transpose", StringComparison.Ordinal);
        Tensor y = transposed
            ? DynamicFunctions.ConvTranspose(x, weight, bias, settings, reduceRange: golden.Flag("reduce_range"))
            : DynamicFunctions.Conv(x, weight, bias, settings, reduceRange: golden.Flag("reduce_range"));
        // Where product and bias cancel, the rounding of each is left: terms near 1 have errors near 1e-7.
        GoldenTensors.AssertNear(golden.Answer("math_reference"), y, 1e-5, 1e-6);
    }

    private static int[] Ints(GoldenCase golden, string name) => golden.TryAttribute(name, out var json) ? GoldenNumber.ReadInts(json) : [];
}
