using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Settings with one number for each spatial axis, which PyTorch also takes as a single number or leaves out.</summary>
internal static class PerAxis
{
    /// <summary>One number for each axis: as given, the only one repeated, or the default when there are none.</summary>
    /// <exception cref="QuantizationException">The count is another, or a number is too small.</exception>
    public static ImmutableArray<int> Expand(string what, IReadOnlyList<int>? values, ImmutableArray<int> otherwise, int minimum)
    {
        int rank = otherwise.Length;
        if (values is null or { Count: 0 }) { return otherwise; }
        if (values.Count != 1 && values.Count != rank) { throw new QuantizationException($"{what} has {values.Count} entries; expected {rank}, one for each spatial axis, or one for all."); }
        foreach (int value in values)
        {
            if (value < minimum) { throw new QuantizationException($"{what} holds {value}; expected {minimum} or more."); }
        }
        return values.Count == rank ? [.. values] : Repeat(values[0], rank);
    }

    /// <summary>The same number for each axis.</summary>
    public static ImmutableArray<int> Repeat(int value, int rank) => [.. Enumerable.Repeat(value, rank)];
}
