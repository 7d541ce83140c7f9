namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// An integer convolution, transposed convolution or matrix product with constant weights:
/// <c>acc[n, c] = Σ_taps Σ_k (x[n, tap, k] − InputZeroPoint) · Weights[c, tap, k] + Bias[c]</c>, then the output stage.
/// Taps outside the image contribute 0.
/// </summary>
public sealed record Int8ConvolutionSpec
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

    /// <summary>Weights [OutputChannels, taps (spatial order), InputChannels / Groups], zero point 0.</summary>
    public required ReadOnlyMemory<sbyte> Weights { get; init; }

    /// <summary>Bias [OutputChannels] in units of input scale · weight scale; empty for none.</summary>
    public ReadOnlyMemory<int> Bias { get; init; }

    /// <summary>Whether input codes are int8 rather than uint8.</summary>
    public bool InputSigned { get; init; }

    /// <summary>Code of real 0 in the input.</summary>
    public required int InputZeroPoint { get; init; }

    /// <summary>What becomes of the accumulators.</summary>
    public required OutputStage Output { get; init; }

    /// <summary>What is added to the codes before they are written; null for nothing. Only with a <see cref="QuantizedOutput"/>, and not for transposed windows or one channel in each group.</summary>
    public ResidualSum? Residual { get; init; }
}
