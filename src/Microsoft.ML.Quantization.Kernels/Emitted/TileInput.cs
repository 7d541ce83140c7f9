namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What an emitted tile reads.</summary>
internal enum TileInput
{
    /// <summary>uint8 codes, four k at a time.</summary>
    Codes,

    /// <summary>int8 codes, four k at a time.</summary>
    SignedCodes,

    /// <summary>Floats, one k at a time; the output is floats too.</summary>
    Floats,
}
