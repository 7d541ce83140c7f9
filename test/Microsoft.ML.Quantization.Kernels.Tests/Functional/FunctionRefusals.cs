using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
public sealed class FunctionRefusals
{
    private static readonly QuantizedTensor s_image = RandomTensors.Of(new Random(41), ElementType.QUInt8, 0.05, 77, 1, 4, 6, 6);
    private static readonly QuantizedTensor s_weight = RandomTensors.Of(new Random(42), ElementType.QInt8, 0.05, 0, 8, 4, 3, 3);
    private static readonly QuantizedTensor s_matrix = RandomTensors.Of(new Random(43), ElementType.QInt8, 0.05, 0, 3, 6);

    public static IEnumerable<(string, Action)> Refused =>
    [
        ("expected weights [out, in] and x […, in]", () => LinearProducts.Linear(s_image, s_weight, null, 1, 0)),
        ("expected float32[3], one for each output channel", () => LinearProducts.Linear(s_image, s_matrix, Tensor.Create(1f, 2f), 1, 0)),
        ("expected axis 0, the output channels", () => LinearProducts.Linear(s_image, QuantizedTensor.MakePerChannelQuantized(s_matrix.Codes(), [1, 1, 1, 1, 1, 1], new int[6], 1), null, 1, 0)),
        ("A scale is 0", () => LinearProducts.Linear(s_image, s_matrix, null, 0, 0)),
        ("does not fit the 32-bit accumulator", () => LinearProducts.Linear(s_image, s_matrix, Tensor.Create(1e9f, 1e9f, 1e9f), 1, 0)),
        ("expected 3 axes of each", () => Convolutions.Conv1d(s_image, s_weight, null, 1, 0)),
        ("groups", () => Convolutions.Conv2d(s_image, s_weight, null, 1, 0, new() { Groups = 2 })),
        ("the extent of the window", () => Convolutions.Conv2d(s_image, s_weight, null, 1, 0, new() { Dilations = [3] })),
        ("only transposed convolutions have it", () => Convolutions.Conv2d(s_image, s_weight, null, 1, 0, new() { OutputPadding = [1] })),
        ("expected stride 1 and no padding", () => Convolutions.Conv2d(s_image, s_weight, null, 1, 0, new() { Same = true, Strides = [2] })),
        ("has 3 entries; expected 2", () => Convolutions.Conv2d(s_image, s_weight, null, 1, 0, new() { Strides = [1, 1, 1] })),
        ("expected 0 or more and less than the axis", () => Convolutions.Conv2d(s_image, s_weight, null, 1, 0, new() { Padding = [6] }, PaddingMode.Reflect)),
        ("input channels in the weights", () => TransposedConvolutions.ConvTranspose2d(s_image, s_weight, null, 1, 0)),
        ("the larger of stride and dilation", () => TransposedConvolutions.ConvTranspose2d(s_image, s_weight.Transpose(0, 1), null, 1, 0, new() { OutputPadding = [1] })),
        ("in a transposed convolution", () => TransposedConvolutions.ConvTranspose2d(s_image, s_weight.Transpose(0, 1), null, 1, 0, new() { Same = true })),
        ("codes of one type", () => Arithmetic.Add(s_image, s_weight, 1, 0)),
        ("expected equal sizes, or 1 on one side", () => Arithmetic.Add(s_weight, s_matrix, 1, 0)),
        ("expected 8-bit codes", () => Arithmetic.Add(QuantizedTensor.MakePerTensorQuantized(Tensor.Create(1), 1, 0), QuantizedTensor.MakePerTensorQuantized(Tensor.Create(1), 1, 0), 1, 0)),
        ("expected a finite number", () => TensorScalarArithmetic.MulScalar(s_image, double.NaN)),
        ("expected at most 2^30", () => TensorScalarArithmetic.AddScalar(s_image, 1e30)),
        ("expected […, m, k] and […, k, n]", () => MatrixProducts.MatMul(s_matrix, s_matrix, 1, 0)),
        ("expected at least one", () => Concatenation.Cat([], 0, 1, 0)),
        ("the same sizes on all axes but 0", () => Concatenation.Cat([s_matrix, s_weight], 0, 1, 0)),
        ("expected at most half of its kernel", () => MaxPools.MaxPool2d(s_image, [2], padding: [2])),
        ("Found no kernel size", () => AveragePools.AvgPool2d(s_image, [])),
        ("The divisor is 0", () => AveragePools.AvgPool2d(s_image, [2], divisorOverride: 0)),
        ("expected [batch, channels, …]", () => MaxPools.MaxPool3d(s_matrix, [2])),
        ("Found 3 output sizes", () => AdaptiveAveragePools.AdaptiveAvgPool2d(s_image, [1, 2, 3])),
        ("was given no size", () => Interpolations.Interpolate(s_image, [])),
        ("alignCorners", () => Interpolations.Interpolate(s_image, [3], alignCorners: true)),
        ("expected a positive number", () => Interpolations.InterpolateBy(s_image, [-1.0])),
        ("expected at least one element on each axis", () => Interpolations.InterpolateBy(s_image, [0.1])),
        ("expected a pair for each padded axis", () => Paddings.Constant(s_image, [1])),
        ("after padding by -6 and 0", () => Paddings.Constant(s_image, [-6, 0])),
        ("divide into the groups", () => ChannelShuffles.ChannelShuffle(s_image, 3)),
        ("expected one scale for the whole tensor", () => MaxPools.MaxPool2d(QuantizedTensor.MakePerChannelQuantized(s_weight.Codes(), [1, 1, 1, 1, 1, 1, 1, 1], new int[8], 0), [2])),
    ];

    [TestMethod]
    public void What_does_not_fit_is_refused_with_what_was_found_and_expected()
    {
        foreach ((string text, Action action) in Refused) { Refusal.Of(action, text); }
    }
}
