namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Weights as int8 numbers with zero point 0. A weight less its zero point lies in −255..255; where one does not fit into int8, all are written
/// as sums of two or three int8 parts, which lie behind each other so that the product reads each input channel as many times:
/// <c>Σ x · w = Σ x · w₁ + Σ x · w₂</c>, exactly.
/// </summary>
/// <param name="Codes">[rows, Parts · depth], the parts of one row behind each other.</param>
/// <param name="Parts">1 for all weights of a zero point in the middle of their codes.</param>
internal sealed record SplitWeights(sbyte[] Codes, int Parts)
{
    /// <summary>Splits [rows, depth].</summary>
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
        return new(codes, parts);
    }

    /// <summary>Repeats the channels of each group for each part: [rows, groups · depth] to [rows, groups · Parts · depth].</summary>
    public void Repeat(ReadOnlySpan<byte> x, Span<byte> repeated, int depth)
    {
        for (int from = 0, to = 0; from < x.Length; from += depth)
        {
            for (int part = 0; part < Parts; part++, to += depth) { x.Slice(from, depth).CopyTo(repeated[to..]); }
        }
    }
}
