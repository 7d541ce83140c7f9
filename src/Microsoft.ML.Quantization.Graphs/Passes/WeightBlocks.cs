using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Weights cut into blocks that share a scale: seen as [outer, blocks, size, inner], a scale for each outer, block and inner index.</summary>
/// <param name="Outer">Axes before the blocks.</param>
/// <param name="Blocks">Blocks along the weights that one output sums.</param>
/// <param name="Size">Weights of a block that lie <paramref name="Inner"/> apart.</param>
/// <param name="Inner">Axes behind the blocks.</param>
internal readonly record struct WeightBlocks(int Outer, int Blocks, int Size, int Inner)
{
    public int Count => Outer * Blocks * Inner;

    /// <summary>The blocks of <paramref name="depth"/> weights: of the size asked for, or its largest divisor that divides them; all of them for 0.</summary>
    public static WeightBlocks Of(int outer, int depth, int inner, int blockSize)
    {
        int size = blockSize == 0 ? depth : Math.Min(blockSize, depth);
        while (depth % size != 0) { size--; }
        return new(outer, depth / size, size, inner);
    }

    /// <summary>Which scale a weight has.</summary>
    public int IndexOf(int weight) => weight / (Size * Inner) * Inner + weight % Inner;

    /// <summary>Scales, zero points and codes 0..2ᵇⁱᵗˢ − 1 (symmetric: around the middle code, which is every zero point).</summary>
    public (float[] Scales, byte[] ZeroPoints, byte[] Codes) Quantize(ReadOnlySpan<float> weights, int bits, bool symmetric)
    {
        float[] lows = new float[Count], highs = new float[Count], scales = new float[Count];
        byte[] zeros = new byte[Count], codes = new byte[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            int at = IndexOf(i);
            (lows[at], highs[at]) = (MathF.Min(lows[at], weights[i]), MathF.Max(highs[at], weights[i]));
        }
        int largest = (1 << bits) - 1, middle = 1 << (bits - 1);
        for (int at = 0; at < scales.Length; at++)
        {
            float scale = symmetric ? MathF.Max(-lows[at], highs[at]) / (middle - 1) : highs[at] / largest - lows[at] / largest;
            scales[at] = float.IsNormal(scale) ? scale : 1f;
            zeros[at] = symmetric ? (byte)middle : (byte)Math.Clamp(MathF.Round(-lows[at] / scales[at], MidpointRounding.ToEven), 0f, largest);
        }
        for (int i = 0; i < codes.Length; i++)
        {
            int at = IndexOf(i);
            codes[i] = (byte)Math.Clamp(MathF.Round(weights[i] / scales[at], MidpointRounding.ToEven) + zeros[at], 0f, largest);
        }
        return (scales, zeros, codes);
    }
}
