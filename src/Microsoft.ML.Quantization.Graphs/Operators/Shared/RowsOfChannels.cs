using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A product of flattened images that are stored channels-last: the weights are reordered once instead of the images in every run. For codes only, whose sums do not
/// depend on the order of their terms.
/// </summary>
internal static class RowsOfChannels
{
    /// <summary>A group of Gemm or MatMul whose input has the order [positions, channels] instead of [channels, positions] in each row.</summary>
    /// <param name="site">A group with an integer form.</param>
    /// <param name="channels">Channels of the image that was flattened.</param>
    /// <param name="positions">Its positions.</param>
    public static IntegerSite Reorder(IntegerSite site, int channels, int positions)
    {
        IntegerInput weights = site.Inputs[1]!;
        Tensor from = weights.Constant!, to = new(from.Type, from.Shape);
        bool depthIsLast = site.Node.Operator == "Gemm" && site.Node.Attributes.Int("transB", 0) != 0;
        int inner = depthIsLast ? 1 : from.Length / (channels * positions), outer = depthIsLast ? from.Length / (channels * positions) : 1;
        ReadOnlySpan<byte> source = from.Bytes;
        Span<byte> target = MemoryMarshal.AsBytes(to.Bytes);
        for (int i = 0; i < outer * channels * positions; i++)
        {
            int channel = i % channels, position = i / channels % positions, row = i / (channels * positions);
            source.Slice(((row * channels + channel) * positions + position) * inner, inner).CopyTo(target[(i * inner)..]);
        }
        return site with { Inputs = site.Inputs.SetItem(1, weights with { Constant = to }) };
    }
}
