namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Where a micro-kernel of a depthwise convolution leaves its sums.</summary>
internal unsafe struct DepthwiseOutput
{
    /// <summary>Room for [pixels, channels] sums in order; null when codes are written instead.</summary>
    public int* Sums;

    /// <summary>Multipliers of the sums, arranged as these.</summary>
    public float* Multipliers;

    /// <summary>The limits of the codes.</summary>
    public CodeLimits Limits;

    /// <summary>Where each pixel starts.</summary>
    public byte** Pixels;

    /// <summary>Bytes from there to the first channel.</summary>
    public nint Offset;

    /// <summary>Channels to write.</summary>
    public int Columns;
}
