namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Brings weights into the order engines take: <c>[output channels, taps, input channels of the group]</c>.</summary>
internal static class WeightOrder
{
    /// <summary>From Conv's <c>[M, C / groups, taps]</c> (also a matrix stored <c>[N, K]</c>).</summary>
    public static T[] FromConvolution<T>(ReadOnlySpan<T> source, int outputChannels, int depth, int taps) where T : unmanaged
    {
        var packed = new T[source.Length];
        int target = 0;
        for (int c = 0; c < outputChannels; c++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                for (int k = 0; k < depth; k++) { packed[target++] = source[(c * depth + k) * taps + tap]; }
            }
        }
        return packed;
    }

    /// <summary>From ConvTranspose's <c>[C, M / groups, taps]</c> (also a matrix stored <c>[K, N]</c>).</summary>
    public static T[] FromTransposed<T>(ReadOnlySpan<T> source, int outputChannels, int depth, int taps, int groups) where T : unmanaged
    {
        var packed = new T[source.Length];
        int perGroup = outputChannels / groups, target = 0;
        for (int c = 0; c < outputChannels; c++)
        {
            int group = c / perGroup, column = c % perGroup;
            for (int tap = 0; tap < taps; tap++)
            {
                for (int k = 0; k < depth; k++) { packed[target++] = source[((group * depth + k) * perGroup + column) * taps + tap]; }
            }
        }
        return packed;
    }
}
