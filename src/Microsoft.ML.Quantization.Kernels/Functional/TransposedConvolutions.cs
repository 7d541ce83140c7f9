using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Transposed convolutions of quantized tensors (PyTorch <c>torch.ops.quantized.conv_transpose1d</c>, … <c>conv_transpose3d</c>): every input
/// element adds its window to the output, then bias and requantization are those of <see cref="Convolutions"/>.
/// </summary>
/// <remarks>
/// x is [batch, in, spatial…] and weight [in, out / groups, kernel…], both 8-bit codes; the weights have one scale, or one for each index of axis
/// 1, which all groups share (PyTorch takes only one scale). bias is float32 [out] or null. An axis of the output has
/// <c>stride · (in − 1) + (kernel − 1) · dilation + 1 + output padding − 2 · padding</c> elements. All throw
/// <see cref="QuantizationException"/> when shapes, types or settings do not fit, or when a sum could overflow 32 bits.
/// </remarks>
public static class TransposedConvolutions
{
    /// <summary>Over [batch, in, length] (PyTorch <c>conv_transpose1d</c>).</summary>
    public static QuantizedTensor ConvTranspose1d(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(1, x, weight, bias, scale, zeroPoint, settings, engine, rounding);

    /// <summary>Over [batch, in, height, width] (PyTorch <c>conv_transpose2d</c>).</summary>
    public static QuantizedTensor ConvTranspose2d(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(2, x, weight, bias, scale, zeroPoint, settings, engine, rounding);

    /// <summary>Over [batch, in, depth, height, width] (PyTorch <c>conv_transpose3d</c>).</summary>
    public static QuantizedTensor ConvTranspose3d(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(3, x, weight, bias, scale, zeroPoint, settings, engine, rounding);

    private static QuantizedTensor Run(int rank, QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings, Engine? engine, Rounding rounding)
    {
        settings ??= new();
        Require(rank, x, weight, settings.Groups);
        ConvolutionWindow window = settings.Window(weight.Shape.Sizes.AsSpan()[2..]);
        ReadOnlySpan<int> inputSize = x.Shape.Sizes.AsSpan()[2..];
        int[] outputSize = settings.OutputSize(window, inputSize, transposed: true);
        var form = new ProductForm(window, x.Shape[1], checked(weight.Shape[1] * settings.Groups), settings.Groups, Transposed: true);
        QuantizedTensor y = ByteTensors.Create(new([x.Shape[0], form.OutputChannels, .. outputSize]), scale, zeroPoint, x.Type);
        IntegerProduct.Bind(form, x, weight, bias, y, relu: false, engine, rounding).Run(ByteTensors.Read(x), ByteTensors.Write(y), x.Shape[0], inputSize, outputSize);
        return y;
    }

    private static void Require(int rank, QuantizedTensor x, QuantizedTensor weight, int groups)
    {
        if (x.Rank != rank + 2 || weight.Rank != rank + 2)
        {
            throw new QuantizationException($"A transposed convolution over {rank} spatial axes was given x {x} and weights {weight}; expected {rank + 2} axes of each, [batch, in, …] and [in, out / groups, …].");
        }
        if (groups < 1 || x.Shape[1] != weight.Shape[0] || weight.Shape[0] % groups != 0)
        {
            throw new QuantizationException($"Found x {x}, weights {weight} and {groups} groups; expected {x.Shape[1]} input channels in the weights, and channels that divide into the groups.");
        }
    }
}
