namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The limits of quantized codes as an instruction set takes them, the same in every lane of a register.</summary>
internal readonly struct CodeRange<TVector>(TVector low, TVector high, TVector shift, TVector flip) where TVector : struct
{
    /// <summary>The lower limit, as scaled sum or as code.</summary>
    public readonly TVector Low = low;

    /// <summary>The upper limit of scaled sums.</summary>
    public readonly TVector High = high;

    /// <summary>Added to what was rounded, gives the code in 0..255; int8 codes are 128 larger until <see cref="Flip"/>.</summary>
    public readonly TVector Shift = shift;

    /// <summary>The bits to turn in each byte.</summary>
    public readonly TVector Flip = flip;
}
