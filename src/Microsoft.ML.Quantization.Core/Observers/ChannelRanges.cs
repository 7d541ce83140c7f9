using System.Numerics.Tensors;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>Smallest and largest value of each channel of one batch.</summary>
internal static class ChannelRanges
{
    /// <summary>Fills <paramref name="minima"/> and <paramref name="maxima"/>, one entry for each channel.</summary>
    /// <exception cref="QuantizationException">A value is NaN.</exception>
    public static void Of(ReadOnlySpan<float> values, ChannelLayout layout, Span<float> minima, Span<float> maxima, string observer)
    {
        minima.Fill(float.PositiveInfinity);
        maxima.Fill(float.NegativeInfinity);
        if (layout.Inner == 1) { OfColumns(values, layout.Channels, minima, maxima); }
        else { OfRows(values, layout, minima, maxima); }
        if (TensorPrimitives.IndexOfMin(minima) is var at && at >= 0 && float.IsNaN(minima[at])) { throw ValueRange.NaN(values, observer); }
    }

    // Channels lie next to each other: whole vectors of channels at a time.
    private static void OfColumns(ReadOnlySpan<float> values, int channels, Span<float> minima, Span<float> maxima)
    {
        for (int at = 0; at < values.Length; at += channels)
        {
            ReadOnlySpan<float> row = values.Slice(at, channels);
            TensorPrimitives.Min(minima, row, minima);
            TensorPrimitives.Max(maxima, row, maxima);
        }
    }

    private static void OfRows(ReadOnlySpan<float> values, ChannelLayout layout, Span<float> minima, Span<float> maxima)
    {
        for (int row = 0; row < layout.Outer * layout.Channels; row++)
        {
            int channel = row % layout.Channels;
            ReadOnlySpan<float> run = values.Slice(row * layout.Inner, layout.Inner);
            minima[channel] = MathF.Min(minima[channel], TensorPrimitives.Min(run));
            maxima[channel] = MathF.Max(maxima[channel], TensorPrimitives.Max(run));
        }
    }
}
