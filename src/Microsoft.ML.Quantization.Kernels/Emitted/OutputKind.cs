namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What an emitted tile writes.</summary>
internal enum OutputKind
{
    /// <summary>Codes of sums that are proved to fit an integer after scaling; limiting them as bytes is enough.</summary>
    Codes,

    /// <summary>As <see cref="Codes"/>, where every code of the type may be written: packing sums to bytes limits them.</summary>
    AllCodes,

    /// <summary>Codes of sums that may not fit; they are limited as floats before they become integers.</summary>
    ClampedCodes,

    /// <summary>Floats.</summary>
    Floats,

    /// <summary>Floats, to which as many in another place are added before they are limited.</summary>
    AddedFloats,

    /// <summary>Codes to which those in another place are added as real numbers, see <see cref="AffineSum"/>.</summary>
    AddedCodes,
}
