namespace Microsoft.ML.Quantization.Observers;

/// <summary>The epochs of a <see cref="HistogramLog"/> as named arrays of a state.</summary>
internal static class HistogramStateFormat
{
    /// <summary>Adds the epochs.</summary>
    public static void Write(ObserverStateWriter writer, HistogramEpoch[] epochs)
    {
        writer.Add("epoch_min", Array.ConvertAll(epochs, e => e.Low));
        writer.Add("epoch_max", Array.ConvertAll(epochs, e => e.High));
        writer.Add("epoch_sizes", Array.ConvertAll(epochs, e => (double)e.Counts.Length));
        writer.Add("epoch_bins", [.. epochs.SelectMany(e => e.Positions).Select(p => (double)p)]);
        writer.Add("epoch_counts", [.. epochs.SelectMany(e => e.Counts)]);
    }

    /// <summary>Reads the epochs.</summary>
    /// <exception cref="QuantizationException">The arrays do not fit each other.</exception>
    public static HistogramEpoch[] Read(ObserverStateReader reader, int fineBins)
    {
        float[] low = reader.Floats("epoch_min"), high = reader.Floats("epoch_max", low.Length);
        double[] sizes = reader.Doubles("epoch_sizes", low.Length), positions = reader.Doubles("epoch_bins"), counts = reader.Doubles("epoch_counts", positions.Length);
        if (sizes.Sum() != positions.Length || Array.Exists(sizes, size => size < 0 || size != Math.Floor(size))) { throw reader.Damaged($"{sizes.Sum()} bins of epochs instead of {positions.Length}"); }
        if (Array.Exists(positions, p => !(p >= 0 && p < fineBins && p == Math.Floor(p))) || Array.Exists(counts, c => !(c > 0) || double.IsInfinity(c))) { throw reader.Damaged("a bin of an epoch that cannot be"); }
        var epochs = new HistogramEpoch[low.Length];
        int at = 0;
        for (int i = 0; i < epochs.Length; i++)
        {
            Range part = at..(at += (int)sizes[i]);
            epochs[i] = new(low[i], high[i], Array.ConvertAll(positions[part], p => (int)p), counts[part]);
            if (epochs[i].Counts.Length > 0 && !(low[i] <= high[i] && float.IsFinite(high[i] - low[i]))) { throw reader.Damaged($"the range {low[i]}..{high[i]} of an epoch"); }
        }
        return epochs;
    }
}
