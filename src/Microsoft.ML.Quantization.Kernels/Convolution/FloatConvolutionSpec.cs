namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// A float convolution, transposed convolution or matrix product with constant weights, in the one normative order:
/// <c>acc = +0; for tap ascending, for k ascending: acc = fma(x[n, tap, k], Weights[c, tap, k], acc); y = clamp(acc + Bias[c], Minimum, Maximum)</c>.
/// A tap outside the image reads +0 and is multiplied like any other (so an infinite weight gives NaN there); the taps of a transposed window
/// that fall between two inputs are skipped. An empty bias adds +0. With <see cref="AddsResidual"/> it is <c>y = clamp((acc + Bias[c]) + residual[n, c], Minimum, Maximum)</c>.
/// A NaN comes out as a NaN; its payload is not defined.
/// </summary>
public sealed record FloatConvolutionSpec
{
    /// <summary>The window; <see cref="ConvolutionWindow.None"/> for a matrix product.</summary>
    public required ConvolutionWindow Window { get; init; }

    /// <summary>Whether the window scatters (ConvTranspose) rather than gathers.</summary>
    public bool Transposed { get; init; }

    /// <summary>Independent groups of channels.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Channels of the input, all groups together.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Channels of the output, all groups together.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Weights [OutputChannels, taps (spatial order), InputChannels / Groups].</summary>
    public required ReadOnlyMemory<float> Weights { get; init; }

    /// <summary>Bias [OutputChannels]; empty for none.</summary>
    public ReadOnlyMemory<float> Bias { get; init; }

    /// <summary>Lower end of a fused clip (0 for ReLU); negative infinity for none.</summary>
    public float Minimum { get; init; } = float.NegativeInfinity;

    /// <summary>Upper end of a fused clip; positive infinity for none.</summary>
    public float Maximum { get; init; } = float.PositiveInfinity;

    /// <summary>Whether a tensor of the output's size is added before the clip. Not for one channel in each group.</summary>
    public bool AddsResidual { get; init; }
}
