using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Settings with one number for each spatial axis, of which PyTorch also takes one for all.</summary>
internal static class Spatial
{
    /// <summary>One number for each axis.</summary>
    /// <exception cref="QuantizationException">There are neither as many as axes, nor one, nor none.</exception>
    public static ImmutableArray<int> Expand(IReadOnlyList<int>? values, int rank, int? otherwise) => values?.Count switch
    {
        null or 0 when otherwise is { } number => Repeat(number, rank),
        1 => Repeat(values![0], rank),
        { } count when count == rank => [.. values!],
        _ => throw new QuantizationException($"Found {values?.Count ?? 0} numbers for {rank} spatial axes; expected one for each, or one for all."),
    };

    /// <summary>Padding before and after each axis.</summary>
    public static (ImmutableArray<int> Before, ImmutableArray<int> After) Pads(IReadOnlyList<int> kernel, ConvolutionSettings settings)
    {
        ImmutableArray<int> pads = Expand(settings.Padding, kernel.Count, 0);
        if (!settings.Same) { return (pads, pads); }
        ImmutableArray<int> dilations = Expand(settings.Dilations, kernel.Count, 1);
        ImmutableArray<int> total = [.. kernel.Select((size, axis) => (size - 1) * dilations[axis])];
        return ([.. total.Select(both => both / 2)], [.. total.Select(both => both - both / 2)]);
    }

    /// <summary>The same number for each axis.</summary>
    public static ImmutableArray<int> Repeat(int value, int rank) => [.. Enumerable.Repeat(value, rank)];

    /// <summary>As an attribute.</summary>
    public static ImmutableArray<long> Longs(IEnumerable<int> values) => [.. values.Select(value => (long)value)];

    /// <summary>Numbers by channel in the form that broadcasts over [batch, channels, …].</summary>
    public static Tensor OnChannels(Tensor tensor, int rank) => tensor.Reshape(new Shape([tensor.Length, .. Enumerable.Repeat(1, Math.Max(rank - 2, 0))]));
}
