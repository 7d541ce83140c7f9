using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>
/// A convolution from codes to codes over one to three axes, transposed or not, with a ReLU or not. PyTorch's <c>torch.nn.quantized.Conv1d</c> to <c>Conv3d</c>, <c>ConvTranspose1d</c> to <c>ConvTranspose3d</c> and
/// <c>torch.nn.intrinsic.quantized.ConvReLU1d</c> to <c>ConvReLU3d</c>; entries <c>weight</c> (qint8), <c>bias</c> (float32), <c>scale</c>, <c>zero_point</c>.
/// </summary>
public sealed class Conv : QuantizedModule
{
    private readonly bool _relu, _transposed;

    /// <param name="weight">qint8 [out, in / groups, kernel…]; transposed [in, out / groups, kernel…] with one scale.</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="output">Map of the result.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="paddingMode">What lies around the input.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="transposed">Whether it is a transposed convolution.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public Conv(QuantizedTensor weight, Tensor? bias, OutputMap output, ConvolutionSettings? settings = null, PaddingMode paddingMode = PaddingMode.Zeros, bool relu = false, bool transposed = false)
        : base(Name(weight, relu, transposed), output)
    {
        (Settings, PaddingMode, _relu, _transposed) = (settings ?? new(), paddingMode, relu, transposed);
        RegisterBuffer("weight", weight);
        RegisterBuffer("bias", bias);
    }

    /// <summary>qint8 codes.</summary>
    public QuantizedTensor Weight => Packed("weight");

    /// <summary>float32 [out], or null.</summary>
    public Tensor? Bias => Entry("bias");

    /// <summary>Strides, padding, dilations and groups.</summary>
    public ConvolutionSettings Settings { get; }

    /// <summary>What lies around the input.</summary>
    public PaddingMode PaddingMode { get; }

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, Codes, (trace, x) =>
    {
        string y = LayerNodes.Conv(new(trace), x.Name, trace.Dequantize("weight", Weight), Bias is { } bias ? QuantizedWeights.Bias(trace, x, Weight, bias) : null, Weight.Shape.Sizes[2..], Settings, PaddingMode, _transposed);
        return _relu ? trace.Node("Relu", [y]) : y;
    });

    private QuantizedTensor Codes(QuantizedTensor x) => (Weight.Rank - 2, _transposed, _relu) switch
    {
        (1, true, _) => TransposedConvolutions.ConvTranspose1d(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings),
        (2, true, _) => TransposedConvolutions.ConvTranspose2d(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings),
        (_, true, _) => TransposedConvolutions.ConvTranspose3d(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings),
        (1, _, true) => Convolutions.Conv1dRelu(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings, PaddingMode),
        (2, _, true) => Convolutions.Conv2dRelu(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings, PaddingMode),
        (_, _, true) => Convolutions.Conv3dRelu(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings, PaddingMode),
        (1, _, _) => Convolutions.Conv1d(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings, PaddingMode),
        (2, _, _) => Convolutions.Conv2d(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings, PaddingMode),
        _ => Convolutions.Conv3d(x, Weight, Bias, Output.Scale, Output.ZeroPoint, Settings, PaddingMode),
    };

    private static string Name(QuantizedTensor weight, bool relu, bool transposed)
    {
        if (weight.Rank is < 3 or > 5) { throw new QuantizationException($"A quantized convolution was given weights {weight}; expected one to three axes behind the channels."); }
        if (relu && transposed) { throw new QuantizationException("A quantized transposed convolution was asked for with a ReLU; expected none, it is a module of its own there."); }
        return relu ? $"nn.intrinsic.quantized.ConvReLU{weight.Rank - 2}d" : $"nn.quantized.Conv{(transposed ? "Transpose" : "")}{weight.Rank - 2}d";
    }
}
