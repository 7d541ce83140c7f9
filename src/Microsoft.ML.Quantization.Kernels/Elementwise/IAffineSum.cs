namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Sums that are an <see cref="AffineSum"/>, which may then be computed elsewhere with the same codes.</summary>
internal interface IAffineSum
{
    /// <summary>The numbers.</summary>
    AffineSum Affine { get; }
}
