namespace Microsoft.ML.Quantization.Observers;

/// <summary>What was counted while an observer's range stayed the same, finer than the observer's bins. Empty bins are left out.</summary>
/// <param name="Low">Lower bound.</param>
/// <param name="High">Upper bound.</param>
/// <param name="Positions">Indices of fine bins, ascending.</param>
/// <param name="Counts">Their counts.</param>
internal sealed record HistogramEpoch(float Low, float High, int[] Positions, double[] Counts)
{
    /// <summary>The bounds.</summary>
    public (float Low, float High) Bounds => (Low, High);

    /// <summary>Takes the filled bins out of <paramref name="fine"/>.</summary>
    public static HistogramEpoch From((float Low, float High) bounds, ReadOnlySpan<double> fine)
    {
        var positions = new List<int>();
        var counts = new List<double>();
        for (int i = 0; i < fine.Length; i++)
        {
            if (fine[i] == 0) { continue; }
            positions.Add(i);
            counts.Add(fine[i]);
        }
        return new(bounds.Low, bounds.High, [.. positions], [.. counts]);
    }

    /// <summary>All fine bins.</summary>
    public double[] ToDense(int length)
    {
        var fine = new double[length];
        for (int i = 0; i < Positions.Length; i++) { fine[Positions[i]] = Counts[i]; }
        return fine;
    }
}
