using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>q_conv.json</c>: every code exactly as PyTorch's QNNPACK, on every engine.</summary>
[TestClass]
[TestCategory("Engine")]
[TestCategory("Golden")]
public sealed class ConvolutionGolden
{
    [TestMethod]
    public void Codes_equal_PyTorch() => GoldenFile.Open("q_conv.json").Check(_ => null, golden =>
    {
        foreach (Engine engine in EnginesUnderTest.All) { GoldenTensors.AssertCodes(golden.Answer("output"), Run(golden, engine), allowed: 0); }
    });

    /// <summary>The settings that a case states.</summary>
    internal static ConvolutionSettings Settings(GoldenCase golden) => new()
    {
        Strides = Ints(golden, "stride"),
        Padding = golden.TryAttribute("padding", out JsonElement padding) && padding.ValueKind == JsonValueKind.String ? [] : Ints(golden, "padding"),
        Same = padding.ValueKind == JsonValueKind.String && padding.GetString() == "same",
        Dilations = Ints(golden, "dilation"),
        OutputPadding = Ints(golden, "output_padding"),
        Groups = golden.Integer("groups") ?? 1,
    };

    /// <summary>An attribute that is a list or a single number; empty when absent.</summary>
    internal static int[] Ints(GoldenCase golden, string name) => !golden.TryAttribute(name, out JsonElement value) ? []
        : value.ValueKind == JsonValueKind.Array ? [.. GoldenNumber.ReadInts(value)] : [value.GetInt32()];

    private static QuantizedTensor Run(GoldenCase golden, Engine engine)
    {
        QuantizedTensor x = golden.Input("x").Quantized(), weight = golden.Input("weight").Quantized();
        Tensor? bias = golden.Optional("bias");
        (double scale, int zeroPoint) = (golden.Number("out_scale")!.Value, golden.Integer("out_zero_point")!.Value);
        ConvolutionSettings settings = Settings(golden);
        PaddingMode mode = golden.Text("padding_mode") == "reflect" ? PaddingMode.Reflect : PaddingMode.Zeros;
        return (golden.Integer("ndim"), golden.Flag("relu")) switch
        {
            (1, false) => Convolutions.Conv1d(x, weight, bias, scale, zeroPoint, settings, mode, engine),
            (1, true) => Convolutions.Conv1dRelu(x, weight, bias, scale, zeroPoint, settings, mode, engine),
            (2, false) => Convolutions.Conv2d(x, weight, bias, scale, zeroPoint, settings, mode, engine),
            (2, true) => Convolutions.Conv2dRelu(x, weight, bias, scale, zeroPoint, settings, mode, engine),
            (3, false) => Convolutions.Conv3d(x, weight, bias, scale, zeroPoint, settings, mode, engine),
            (3, true) => Convolutions.Conv3dRelu(x, weight, bias, scale, zeroPoint, settings, mode, engine),
            var other => throw new FormatException($"{other} is not a convolution."),
        };
    }
}
