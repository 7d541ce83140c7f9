namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// How a histogram came about: one epoch for each time its range grew. Merging replays the later observer's epochs into the earlier observer, so
/// that its range grows in the same steps as if it had seen the data itself, and its bins end up nearly the same.
/// </summary>
/// <remarks>
/// Nearly the same is needed because the search for the best range stops at the first rise of the error, so a small difference can move
/// it. Fine bins are eight to a bin; the number of epochs is bounded, as the range of shuffled data grows about 2·ln(batches) times.
/// </remarks>
internal sealed class HistogramLog(int bins)
{
    /// <summary>Fine bins in a bin. A power of two, so that folding them gives exactly the bin a value would have had.</summary>
    public const int Fineness = 8;

    private const int MostEpochs = 32;

    private readonly List<HistogramEpoch> _closed = [];

    /// <summary>Fine counts since the range last grew.</summary>
    public double[] Current { get; private set; } = new double[bins * Fineness];

    /// <summary>Ends the current epoch, if it counted anything.</summary>
    public void Close((float Low, float High) bounds)
    {
        HistogramEpoch epoch = HistogramEpoch.From(bounds, Current);
        if (epoch.Counts.Length == 0) { return; }
        Array.Clear(Current);
        Append(epoch);
    }

    /// <summary>Adds a finished epoch.</summary>
    public void Append(HistogramEpoch epoch)
    {
        _closed.Add(epoch);
        if (_closed.Count > MostEpochs) { Combine(); }
    }

    /// <summary>All epochs, the current one last, also when it is empty.</summary>
    public HistogramEpoch[] Epochs((float Low, float High) bounds) => [.. _closed, HistogramEpoch.From(bounds, Current)];

    /// <summary>A log with these epochs, the last of which goes on.</summary>
    public static HistogramLog Of(int bins, ReadOnlySpan<HistogramEpoch> epochs)
    {
        var log = new HistogramLog(bins);
        foreach (HistogramEpoch epoch in epochs[..^1]) { log.Append(epoch); }
        log.Current = epochs[^1].ToDense(bins * Fineness);
        return log;
    }

    // The two oldest become one: they are the smallest, and their steps matter least.
    private void Combine()
    {
        (HistogramEpoch first, HistogramEpoch second) = (_closed[0], _closed[1]);
        (float Low, float High) union = (MathF.Min(first.Low, second.Low), MathF.Max(first.High, second.High));
        var fine = new double[bins * Fineness];
        Histogram.Add(first.ToDense(fine.Length), first.Bounds, union, fine, rate: 1);
        Histogram.Add(second.ToDense(fine.Length), second.Bounds, union, fine, rate: 1);
        _closed.RemoveAt(0);
        _closed[0] = HistogramEpoch.From(union, fine);
    }
}
