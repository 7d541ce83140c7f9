namespace Microsoft.ML.Quantization.Observers;

/// <summary>A finished histogram to be searched: equal bins between two different bounds, the values of a bin spread evenly inside it.</summary>
internal sealed class BinnedValues
{
    private readonly double[] _below;

    /// <summary>Takes over the counts.</summary>
    public BinnedValues(double[] counts, float low, float high)
    {
        (Counts, Low, High) = (counts, low, high);
        Width = ((double)high - low) / counts.Length;
        _below = new double[counts.Length + 1];
        for (int i = 0; i < counts.Length; i++) { _below[i + 1] = _below[i] + counts[i]; }
    }

    /// <summary>Values in each bin.</summary>
    public double[] Counts { get; }

    /// <summary>Smallest value.</summary>
    public float Low { get; }

    /// <summary>Largest value.</summary>
    public float High { get; }

    /// <summary>Width of a bin.</summary>
    public double Width { get; }

    /// <summary>Values in all bins.</summary>
    public double Total => _below[^1];

    /// <summary>The largest magnitude.</summary>
    public double Bound => Math.Max(Math.Abs((double)Low), Math.Abs((double)High));

    /// <summary>The range that is left when magnitudes saturate at <paramref name="bound"/>; it holds 0, as every quantized range does.</summary>
    public (float Low, float High) Clip(double bound) => ((float)Math.Min(Math.Max(Low, -bound), 0), (float)Math.Max(Math.Min(High, bound), 0));

    /// <summary>How many values lie below <paramref name="value"/>.</summary>
    public double Below(double value)
    {
        double position = Math.Clamp((value - Low) / Width, 0, Counts.Length);
        int bin = Math.Min((int)position, Counts.Length - 1);
        return _below[bin] + (position - bin) * Counts[bin];
    }

    /// <summary>The largest value that at most <paramref name="count"/> values lie below.</summary>
    public float CutBelow(double count)
    {
        int bin = 0;
        while (bin < Counts.Length - 1 && _below[bin + 1] <= count + Tolerance) { bin++; }
        return (float)(Low + Width * (bin + Part(count - _below[bin], Counts[bin])));
    }

    /// <summary>The smallest value that at most <paramref name="count"/> values lie above.</summary>
    public float CutAbove(double count)
    {
        int bin = Counts.Length - 1;
        while (bin > 0 && Total - _below[bin] <= count + Tolerance) { bin--; }
        return (float)(High - Width * (Counts.Length - 1 - bin + Part(count - (Total - _below[bin + 1]), Counts[bin])));
    }

    /// <summary>
    /// The same values without those that are exactly 0, as far as can be told: the bin of 0 gets the mean count of its neighbours. ReLU
    /// makes half of all values 0, which has an exact code in every range and must not decide which range is best.
    /// </summary>
    public BinnedValues WithoutZeros()
    {
        if (Low > 0 || High < 0) { return this; }
        int zero = Math.Min((int)(-Low / Width), Counts.Length - 1);
        double neighbours = zero == 0 ? Counts[1] : zero == Counts.Length - 1 ? Counts[zero - 1] : (Counts[zero - 1] + Counts[zero + 1]) / 2;
        if (Counts[zero] <= neighbours) { return this; }
        double[] counts = [.. Counts];
        counts[zero] = neighbours;
        return new(counts, Low, High);
    }

    // Sums of counts that were split between bins are not whole numbers any more.
    private double Tolerance => 1e-9 * Total;

    private static double Part(double count, double ofCounts) => ofCounts > 0 ? Math.Clamp(count / ofCounts, 0, 1) : 0;
}
