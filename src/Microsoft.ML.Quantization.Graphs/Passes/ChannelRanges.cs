using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Smallest and largest element of each channel of the values between pairs of layers, while a calibration runs.</summary>
internal sealed class ChannelRanges(Graph graph)
{
    private readonly Dictionary<string, (float[] Minima, float[] Maxima)> _ranges = new(StringComparer.Ordinal);

    /// <summary>The pairs.</summary>
    public ImmutableArray<ChannelChain> Chains { get; } = ChannelChain.Find(graph);

    private ImmutableHashSet<string> Watched => field ??= [.. Chains.SelectMany(chain => chain.Values)];

    /// <summary>Whether a value lies between two layers.</summary>
    public bool Wants(string value) => Watched.Contains(value);

    /// <summary>Takes in a batch, channels on axis 1.</summary>
    public void Observe(string value, ReadOnlySpan<float> elements, Shape shape)
    {
        if (elements.IsEmpty) { return; }
        ChannelLayout layout = ChannelLayout.Of(shape, 1);
        if (!_ranges.TryGetValue(value, out (float[] Minima, float[] Maxima) ranges))
        {
            ranges = (new float[layout.Channels], new float[layout.Channels]);
            ranges.Minima.AsSpan().Fill(float.PositiveInfinity);
            ranges.Maxima.AsSpan().Fill(float.NegativeInfinity);
            _ranges[value] = ranges;
        }
        for (int i = 0, row = 0; i < elements.Length; i += layout.Inner, row++)
        {
            int channel = row % layout.Channels;
            (float minimum, float maximum) = (ranges.Minima[channel], ranges.Maxima[channel]);
            foreach (float element in elements.Slice(i, layout.Inner))
            {
                minimum = MathF.Min(minimum, element);
                maximum = MathF.Max(maximum, element);
            }
            (ranges.Minima[channel], ranges.Maxima[channel]) = (minimum, maximum);
        }
    }

    /// <summary>The ranges of a value's channels; false when it was never observed.</summary>
    public bool TryGet(string value, out (float[] Minima, float[] Maxima) ranges) => _ranges.TryGetValue(value, out ranges);
}
