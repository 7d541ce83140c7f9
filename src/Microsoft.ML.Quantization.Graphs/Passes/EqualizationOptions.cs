using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Two nodes of which the second reads what the first writes.</summary>
/// <param name="First">Name of a Conv or Gemm.</param>
/// <param name="Second">Name of the Conv or Gemm behind it.</param>
public sealed record LayerPair(string First, string Second);

/// <summary>Settings of <see cref="EqualizeCrossLayer"/>.</summary>
public sealed record EqualizationOptions
{
    /// <summary>The pairs, equalized in this order; all that the graph has, in its order, when left out.</summary>
    public ImmutableArray<LayerPair>? Pairs { get; init; }

    /// <summary>The rounds end when the Frobenius norms of the changes of all weights add up to less than this.</summary>
    public float Threshold { get; init; } = 1e-4f;

    /// <summary>The rounds end here in any case: rounding can keep large weights moving by more than the threshold for ever.</summary>
    public int MaximumRounds { get; init; } = 1_000;
}
