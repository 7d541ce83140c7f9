using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Convolutions of quantized tensors (PyTorch <c>torch.ops.quantized.conv1d</c>, … <c>conv3d_relu</c>):
/// <c>acc = Σ (x − zx)(w − zw) + rne(b / (sx · sw))</c>, <c>code = rne(acc · f32(sx · sw / scale)) + zeroPoint</c>.
/// </summary>
/// <remarks>
/// x is [batch, in, spatial…] and weight [out, in / groups, kernel…], both 8-bit codes; the weights have one scale or one for each output
/// channel (axis 0), and their zero points need not be 0. bias is float32 [out] or null. The result has the type of x. Without settings
/// stride and dilation are 1, padding is 0 and there is one group. All throw <see cref="QuantizationException"/> when shapes, types or settings do not
/// fit, or when a sum could overflow 32 bits.
/// </remarks>
public static class Convolutions
{
    /// <summary>Over [batch, in, length] (PyTorch <c>conv1d</c>).</summary>
    public static QuantizedTensor Conv1d(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(1, x, weight, bias, scale, zeroPoint, settings, paddingMode, relu: false, engine, rounding);

    /// <summary><see cref="Conv1d"/>, then ReLU in the same step (PyTorch <c>conv1d_relu</c>).</summary>
    public static QuantizedTensor Conv1dRelu(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(1, x, weight, bias, scale, zeroPoint, settings, paddingMode, relu: true, engine, rounding);

    /// <summary>Over [batch, in, height, width] (PyTorch <c>conv2d</c>).</summary>
    public static QuantizedTensor Conv2d(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(2, x, weight, bias, scale, zeroPoint, settings, paddingMode, relu: false, engine, rounding);

    /// <summary><see cref="Conv2d"/>, then ReLU in the same step (PyTorch <c>conv2d_relu</c>).</summary>
    public static QuantizedTensor Conv2dRelu(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(2, x, weight, bias, scale, zeroPoint, settings, paddingMode, relu: true, engine, rounding);

    /// <summary>Over [batch, in, depth, height, width] (PyTorch <c>conv3d</c>).</summary>
    public static QuantizedTensor Conv3d(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(3, x, weight, bias, scale, zeroPoint, settings, paddingMode, relu: false, engine, rounding);

    /// <summary><see cref="Conv3d"/>, then ReLU in the same step (PyTorch <c>conv3d_relu</c>).</summary>
    public static QuantizedTensor Conv3dRelu(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(3, x, weight, bias, scale, zeroPoint, settings, paddingMode, relu: true, engine, rounding);

    private static QuantizedTensor Run(int rank, QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, ConvolutionSettings? settings, PaddingMode paddingMode, bool relu, Engine? engine, Rounding rounding)
    {
        settings ??= new();
        Require(rank, x, weight, settings.Groups);
        ConvolutionWindow window = settings.Window(weight.Shape.Sizes.AsSpan()[2..]);
        if (paddingMode == PaddingMode.Reflect)
        {
            x = Paddings.Reflect(x, Interleave(window));
            window = window with { PadsBegin = PerAxis.Repeat(0, rank), PadsEnd = PerAxis.Repeat(0, rank) };
        }
        ReadOnlySpan<int> inputSize = x.Shape.Sizes.AsSpan()[2..];
        int[] outputSize = settings.OutputSize(window, inputSize, transposed: false);
        QuantizedTensor y = ByteTensors.Create(new([x.Shape[0], weight.Shape[0], .. outputSize]), scale, zeroPoint, x.Type);
        var form = new ProductForm(window, x.Shape[1], weight.Shape[0], settings.Groups);
        IntegerProduct.Bind(form, x, weight, bias, y, relu, engine, rounding).Run(ByteTensors.Read(x), ByteTensors.Write(y), x.Shape[0], inputSize, outputSize);
        return y;
    }

    private static void Require(int rank, QuantizedTensor x, QuantizedTensor weight, int groups)
    {
        if (x.Rank != rank + 2 || weight.Rank != rank + 2)
        {
            throw new QuantizationException($"A convolution over {rank} spatial axes was given x {x} and weights {weight}; expected {rank + 2} axes of each, [batch, in, …] and [out, in / groups, …].");
        }
        if (groups < 1 || x.Shape[1] != (long)weight.Shape[1] * groups || weight.Shape[0] % groups != 0)
        {
            throw new QuantizationException($"Found x {x}, weights {weight} and {groups} groups; expected {x.Shape[1]} = groups x {weight.Shape[1]} input channels, and output channels that divide into the groups.");
        }
    }

    /// <summary>Pads as <see cref="Paddings"/> takes them: begin and end of each axis, the last axis first.</summary>
    private static int[] Interleave(ConvolutionWindow window) =>
        [.. Enumerable.Range(0, window.Rank).Reverse().SelectMany(axis => new[] { window.PadsBegin[axis], window.PadsEnd[axis] })];
}
