namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Weights as int8 numbers with zero point 0. A weight less its zero point lies in −255..255; where one does not fit into int8, all are written
/// as sums of two or three int8 parts, which lie behind each other so that the product reads each input channel as many times:
/// <c>Σ x · w = Σ x · w₁ + Σ x · w₂</c>, exactly.
/// </summary>
public sealed class SplitWeights
{
    private SplitWeights(ReadOnlyMemory<sbyte> codes, int depth, int parts) => (Codes, Depth, Parts) = (codes, depth, parts);

    /// <summary>[rows, Parts · Depth], the parts of one row behind each other.</summary>
    public ReadOnlyMemory<sbyte> Codes { get; }

    /// <summary>Input channels of one group.</summary>
    public int Depth { get; }

    /// <summary>1 where all weights fit, as they do with a zero point in the middle of their codes.</summary>
    public int Parts { get; }

    /// <summary>Splits weights.</summary>
    /// <param name="centered">[rows, depth] in the engines' order, from <see cref="CenteredWeights"/>.</param>
    /// <param name="depth">Input channels of one group; 1 or more.</param>
    public static SplitWeights Of(ReadOnlySpan<short> centered, int depth)
    {
        (int lowest, int highest) = (0, 0);
        foreach (short weight in centered) { (lowest, highest) = (Math.Min(lowest, weight), Math.Max(highest, weight)); }
        int parts = Math.Max(1, Math.Max((highest + sbyte.MaxValue - 1) / sbyte.MaxValue, (-lowest + sbyte.MaxValue) / -sbyte.MinValue));
        var codes = new sbyte[centered.Length * parts];
        for (int i = 0; i < centered.Length; i++)
        {
            (int row, int k) = Math.DivRem(i, depth);
            int rest = centered[i];
            for (int part = 0; part < parts; part++)
            {
                int taken = Math.Clamp(rest, sbyte.MinValue, sbyte.MaxValue);
                codes[(row * parts + part) * depth + k] = (sbyte)taken;
                rest -= taken;
            }
        }
        return new(codes, depth, parts);
    }

    /// <summary>Repeats the channels of each group for each part: [rows, groups · Depth] to [rows, groups · Parts · Depth].</summary>
    public void Repeat(ReadOnlySpan<byte> x, Span<byte> repeated)
    {
        for (int from = 0, to = 0; from < x.Length; from += Depth)
        {
            for (int part = 0; part < Parts; part++, to += Depth) { x.Slice(from, Depth).CopyTo(repeated[to..]); }
        }
    }
}
