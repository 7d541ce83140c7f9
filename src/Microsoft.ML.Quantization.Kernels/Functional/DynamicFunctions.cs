using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Weighted functions of float inputs that are quantized at each call, with parameters from the range of the whole input
/// (<see cref="Numerics.DynamicParameters"/>). Results are float32.
/// </summary>
public static class DynamicFunctions
{
    private static readonly ConvolutionSettings s_default = new();

    /// <summary>
    /// <c>y = float32(acc) · float32(sx · sw[c]) + bias[c]</c> with <c>acc = Σ (x − zx) · w</c> (PyTorch <c>quantized::linear_dynamic</c>, <c>linear_relu_dynamic</c>). Packs the weight
    /// each time; keep a <see cref="DynamicLinear"/> to run it more often.
    /// </summary>
    /// <param name="x">float32 […, inputs].</param>
    /// <param name="weight">qint8 [outputs, inputs] with zero point 0, one scale or one for each output.</param>
    /// <param name="bias">float32 [outputs], or null.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="reduceRange">Quantize the input to 7 bits, as PyTorch's x86 engines do (its qnnpack ignores the setting).</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">A shape does not fit, the weight is not symmetric, or an input value is not finite.</exception>
    public static Tensor Linear(Tensor x, QuantizedTensor weight, Tensor? bias = null, bool relu = false, bool reduceRange = false, Engine? engine = null) =>
        DynamicLinear.Pack(weight, bias, engine).Run(x, relu, reduceRange);

    /// <summary><c>y = x · half(weight)ᵀ + bias</c> in float32 (PyTorch <c>quantized::linear_dynamic_fp16</c>).</summary>
    /// <exception cref="QuantizationException">A shape does not fit.</exception>
    public static Tensor LinearFloat16(Tensor x, Tensor weight, Tensor? bias = null, bool relu = false, Engine? engine = null) =>
        DynamicLinear.PackFloat16(weight, bias, engine).Run(x, relu);

    /// <summary>Convolution over 1 to 3 spatial axes with a float result, <c>float32(acc) · float32(sx · sw[c]) + bias[c]</c> (PyTorch <c>quantized::conv1d_dynamic</c> to <c>conv3d_dynamic</c>).</summary>
    /// <remarks>PyTorch quantizes its result once more, with the parameters of the input, and thereby saturates it; that is not reproduced.</remarks>
    /// <param name="x">float32 [batch, channels, spatial…].</param>
    /// <param name="weight">qint8 [outputs, channels / groups, kernel…] with zero point 0, one scale or one for each output channel.</param>
    /// <param name="bias">float32 [outputs], or null.</param>
    /// <param name="settings">Strides, padding, dilations, groups.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="reduceRange">Quantize the input to 7 bits.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">A shape does not fit, the weight is not symmetric, or an input value is not finite.</exception>
    public static Tensor Conv(Tensor x, QuantizedTensor weight, Tensor? bias = null, ConvolutionSettings? settings = null, bool relu = false, bool reduceRange = false, Engine? engine = null)
    {
        Int8Weights.Require(weight, 0, 3, 5);
        return Run(x, weight, bias, settings ?? s_default, transposed: false, relu, reduceRange, engine);
    }

    /// <summary>Transposed convolution over 1 to 3 spatial axes with a float result (PyTorch <c>quantized::conv_transpose1d_dynamic</c> to <c>3d</c>).</summary>
    /// <param name="x">float32 [batch, channels, spatial…].</param>
    /// <param name="weight">qint8 [channels, outputs / groups, kernel…] with zero point 0 and one scale.</param>
    /// <param name="bias">float32 [outputs], or null.</param>
    /// <param name="settings">Strides, padding, dilations, output padding, groups.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="reduceRange">Quantize the input to 7 bits.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">A shape does not fit, the weight is not symmetric or per channel, or an input value is not finite.</exception>
    public static Tensor ConvTranspose(Tensor x, QuantizedTensor weight, Tensor? bias = null, ConvolutionSettings? settings = null, bool relu = false, bool reduceRange = false, Engine? engine = null)
    {
        if (weight.Quantizer.Axis is not null) { throw new QuantizationException($"The weight of a transposed convolution is {weight.Quantizer}; expected one scale, because its first axis is the input's. Quantize it per tensor."); }
        Int8Weights.Require(weight, 0, 3, 5);
        return Run(x, weight, bias, settings ?? s_default, transposed: true, relu, reduceRange, engine);
    }

    private static Tensor Run(Tensor x, QuantizedTensor weight, Tensor? bias, ConvolutionSettings settings, bool transposed, bool relu, bool reduceRange, Engine? engine)
    {
        (int inputs, int outputs) = Channels(x, weight, settings.Groups, transposed);
        ReadOnlySpan<int> inputSize = x.Shape.Sizes.AsSpan()[2..];
        ConvolutionWindow window = settings.Window(weight.Shape.Sizes.AsSpan()[2..]);
        int[] outputSize = settings.OutputSize(window, inputSize, transposed);
        var y = new Tensor(ElementType.Float32, new Shape([x.Shape[0], outputs, .. outputSize]));
        ReadOnlySpan<float> biases = FloatParameter.Of(bias, outputs, "bias", 0f);
        if (y.Length == 0) { return y; }

        QuantizedTensor quantized = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8, reduceRange);
        float inputScale = (float)quantized.QScale;
        BoundConvolution product = (engine ?? EngineList.Default).Bind(new Int8ConvolutionSpec
        {
            Window = window,
            Transposed = transposed,
            Groups = settings.Groups,
            InputChannels = inputs,
            OutputChannels = outputs,
            Weights = Int8Weights.Order(weight, transposed, settings.Groups),
            InputZeroPoint = quantized.QZeroPoint,
            Output = new FloatOutput([.. Int8Weights.ScalesByChannel(weight, outputs).Select(scale => inputScale * scale)]),
        });
        (int batch, int pixels, int outputPixels) = (x.Shape[0], x.Length / x.Shape[0] / inputs, y.Length / x.Shape[0] / outputs);
        var codes = new byte[x.Length + Engine.ReadSlack];
        ChannelsLast.FromChannelsFirst<byte>(quantized.AsSpan<byte>(), codes, batch, inputs, pixels);
        var values = new float[y.Length];
        product.Run(product.Plan(inputSize, outputSize), batch, codes, MemoryMarshal.AsBytes(values.AsSpan()), null);
        for (int i = 0; i < values.Length; i++) { values[i] = Requantization.Clamp(values[i] + biases[i % outputs], relu ? 0f : float.NegativeInfinity, float.PositiveInfinity); }
        ChannelsLast.ToChannelsFirst<float>(values, y.AsSpan<float>(), batch, outputs, outputPixels);
        return y;
    }

    private static (int Inputs, int Outputs) Channels(Tensor x, QuantizedTensor weight, int groups, bool transposed)
    {
        FloatParameter.Require(x, "The input", weight.Rank, weight.Rank);
        if (groups < 1 || weight.Shape[0] % groups != 0) { throw new QuantizationException($"The weight {weight} does not divide into {groups} groups; expected a divisor of its first axis."); }
        int inputs = transposed ? weight.Shape[0] : weight.Shape[1] * groups, outputs = transposed ? weight.Shape[1] * groups : weight.Shape[0];
        return x.Shape[1] == inputs
            ? (inputs, outputs)
            : throw new QuantizationException($"The input is {x}; expected {inputs} channels, which the weight {weight} has in {groups} groups.");
    }
}
