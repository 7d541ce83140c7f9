namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Shown the tensors themselves while models are compared.</summary>
public interface IComparisonLogger
{
    /// <summary>Called once for each site and batch.</summary>
    /// <param name="site">The place.</param>
    /// <param name="reference">Float values.</param>
    /// <param name="quantized">Dequantized values, in the same shape.</param>
    void Log(ComparedSite site, Tensor reference, Tensor quantized);
}

/// <summary>A pair of tensors that a logger kept.</summary>
/// <param name="Float">Float values.</param>
/// <param name="Quantized">Dequantized values.</param>
public sealed record LoggedPair(Tensor Float, Tensor Quantized);
