namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Brings weights into the order engines take: <c>[output channels, taps, input channels of the group]</c>.</summary>
public static class WeightOrder
{
    /// <summary>From <c>[output channels, input channels of the group, taps]</c>, as convolutions have them; also a matrix stored <c>[N, K]</c>.</summary>
    /// <exception cref="QuantizationException">There are fewer weights than the sizes say.</exception>
    public static T[] FromGathering<T>(ReadOnlySpan<T> weights, int outputChannels, int depth, int taps) where T : unmanaged
    {
        var ordered = new T[weights.Length];
        ChannelsLast.FromChannelsFirst(weights, ordered, outputChannels, depth, taps);
        return ordered;
    }

    /// <summary>From <c>[groups · depth, output channels / groups, taps]</c>, as transposed convolutions have them; also a matrix stored <c>[K, N]</c>.</summary>
    /// <remarks>Each group is a matrix [depth, output channels · taps], and its transpose is what is wanted.</remarks>
    /// <exception cref="QuantizationException">There are fewer weights than the sizes say.</exception>
    public static T[] FromScattering<T>(ReadOnlySpan<T> weights, int outputChannels, int depth, int taps, int groups) where T : unmanaged
    {
        var ordered = new T[weights.Length];
        ChannelsLast.Transpose(weights, ordered, groups, depth, outputChannels / groups * taps);
        return ordered;
    }
}
