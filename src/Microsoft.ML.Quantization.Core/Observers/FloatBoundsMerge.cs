namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// How PyTorch 2.0 added a batch to a histogram: the upper bound is relaxed until the old bins, cut into 128 parts, fill whole new bins. Kept to
/// compare with recordings of those versions; <see cref="Histogram"/> holds the current way.
/// </summary>
internal static class FloatBoundsMerge
{
    private const int UpsampleRate = 128;

    /// <summary>Adds a batch whose values lie in <paramref name="batch"/>; gives the new bounds.</summary>
    public static (float Low, float High) Add(ReadOnlySpan<float> values, (float Low, float High) batch, (float Low, float High) bounds, double[] bins)
    {
        // Bounds that met are forgotten, counts and all: so it was.
        if (bounds.Low == bounds.High)
        {
            Array.Clear(bins);
            Histogram.Add(values, batch.Low, batch.High, bins);
            return batch;
        }
        (float low, float high) = (MathF.Min(bounds.Low, batch.Low), MathF.Max(bounds.High, batch.High));
        float part = (bounds.High - bounds.Low) / (bins.Length * UpsampleRate);
        long perBin = (long)MathF.Ceiling((high - low) / (bins.Length * part));
        high += perBin * (bins.Length * part) - (high - low);
        long start = (long)MathF.Round((bounds.Low - low) / part, MidpointRounding.ToEven);

        double[] old = [.. bins];
        Array.Clear(bins);
        Histogram.Add(values, low, high, bins);
        if (low == bounds.Low && high == bounds.High)
        {
            for (int i = 0; i < bins.Length; i++) { bins[i] += old[i]; }
            return (low, high);
        }
        for (int i = 0; i < old.Length * UpsampleRate; i++)
        {
            bins[Math.Min((start + i) / perBin, bins.Length - 1)] += old[i / UpsampleRate] / UpsampleRate;
        }
        return (low, high);
    }
}
