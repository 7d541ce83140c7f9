using System.Numerics.Tensors;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>Counts of values in equal bins between two bounds, and how they move to wider bounds.</summary>
/// <remarks>
/// Positions are computed in float32 as the source does, so that values fall into the same bins; counts are doubles, which stay exact far
/// beyond the 2²⁴ of float32. Source: <c>torch.histc</c> and torch.ao.quantization.observer, <c>HistogramObserver</c> (2.4 and later).
/// </remarks>
internal static class Histogram
{
    /// <summary>Parts that each bin is split into when its counts move to other bounds.</summary>
    public const int UpsampleRate = 16;

    private const int Chunk = 1024;

    /// <summary>Adds values, all of which lie in <paramref name="low"/>..<paramref name="high"/>, with weight 1 each.</summary>
    public static void Add(ReadOnlySpan<float> values, float low, float high, Span<double> bins)
    {
        if (!Bounds(ref low, ref high))
        {
            bins[bins.Length / 2] += values.Length;
            return;
        }
        Span<float> positions = stackalloc float[Chunk];
        Span<int> indices = stackalloc int[Chunk];
        int last = bins.Length - 1;
        for (; !values.IsEmpty; values = values[Math.Min(Chunk, values.Length)..])
        {
            Span<float> part = positions[..Math.Min(Chunk, values.Length)];
            TensorPrimitives.Subtract(values[..part.Length], low, part);
            TensorPrimitives.Divide(part, high - low, part);
            TensorPrimitives.Multiply(part, bins.Length, part);
            // No position is negative or too large for an int, so that the processor's own conversion will do.
            TensorPrimitives.ConvertToIntegerNative<float, int>(part, indices);
            foreach (int index in indices[..part.Length]) { bins[Math.Min(index, last)]++; }
        }
    }

    /// <summary>Adds the counts of a histogram with narrower or equal bounds, each bin split into equal parts.</summary>
    /// <param name="counts">The other histogram, as many bins or a multiple of them.</param>
    /// <param name="from">Its bounds.</param>
    /// <param name="to">The bounds of <paramref name="bins"/>, which hold <paramref name="from"/>.</param>
    /// <param name="bins">Receives the counts; their sum is kept.</param>
    /// <param name="rate">Parts of each bin.</param>
    public static void Add(ReadOnlySpan<double> counts, (float Low, float High) from, (float Low, float High) to, Span<double> bins, int rate = UpsampleRate)
    {
        if (from == to) { Fold(counts, bins); }
        else if (from.Low == from.High) { bins[Bin(from.Low, to.Low, to.High, bins.Length)] += Sum(counts); }
        else { Split(counts, from, to, bins, rate); }
    }

    /// <summary>Adds neighbouring counts to the one bin that they lie in.</summary>
    public static void Fold(ReadOnlySpan<double> counts, Span<double> bins)
    {
        int each = counts.Length / bins.Length;
        for (int i = 0; i < counts.Length; i++) { bins[i / each] += counts[i]; }
    }

    /// <summary>The sum of counts, in a fixed order.</summary>
    public static double Sum(ReadOnlySpan<double> counts)
    {
        double sum = 0;
        foreach (double count in counts) { sum += count; }
        return sum;
    }

    private static void Split(ReadOnlySpan<double> counts, (float Low, float High) from, (float Low, float High) to, Span<double> bins, int rate)
    {
        int parts = counts.Length * rate;
        float half = 0.5f * ((from.High - from.Low) / parts);
        // Edges and centres both ascend, so one walk finds the number of edges up to each centre.
        int edges = 0;
        for (int part = 0; part < parts; part++)
        {
            double weight = counts[part / rate] / rate;
            if (weight == 0) { continue; }
            float centre = LinSpace(from.Low, from.High, parts, part) + half;
            while (edges <= bins.Length && LinSpace(to.Low, to.High, bins.Length, edges) <= centre) { edges++; }
            bins[Math.Clamp(edges - 1, 0, bins.Length - 1)] += weight;
        }
    }

    private static int Bin(float value, float low, float high, int bins) =>
        Bounds(ref low, ref high) ? Math.Min((int)((value - low) / (high - low) * bins), bins - 1) : bins / 2;

    // Equal bounds are moved apart as torch.histc does; false when the value is too large for that to matter in float32.
    private static bool Bounds(ref float low, ref float high)
    {
        if (low == high) { (low, high) = (low - 1f, high + 1f); }
        return low < high;
    }

    // torch.linspace with steps + 1 points: counted from the nearer end.
    private static float LinSpace(float start, float end, int steps, int index)
    {
        float step = (end - start) / steps;
        return index < (steps + 1) / 2 ? start + step * index : end - step * (steps - index);
    }
}
