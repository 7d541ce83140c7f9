namespace Microsoft.ML.Quantization.Sampling;

/// <summary>
/// Chooses <c>k</c> of an unknown number of rows while they stream past, each row equally likely: what calibration uses instead of the first
/// rows, which often are sorted.
/// </summary>
/// <remarks>
/// Offer every row in order; store it in the slot that comes back, over what was there. The choice depends on the seed and the number of rows
/// only. Source: Vitter, "Random sampling with a reservoir", ACM TOMS 11 (1985), algorithm R.
/// </remarks>
public sealed class ReservoirSampler
{
    private readonly List<long> _rows = [];
    private SplitMix64 _random;

    /// <summary>A sampler that has seen no rows.</summary>
    /// <param name="capacity">Rows to keep, <c>k</c>; 1 or more.</param>
    /// <param name="seed">Fixes the choice.</param>
    /// <exception cref="QuantizationException">The capacity is below 1.</exception>
    public ReservoirSampler(int capacity, ulong seed)
    {
        if (capacity < 1) { throw new QuantizationException($"Found {capacity} rows to keep; expected 1 or more."); }
        (Capacity, _random) = (capacity, new(seed));
    }

    /// <summary>Rows to keep.</summary>
    public int Capacity { get; }

    /// <summary>Rows offered.</summary>
    public long Seen { get; private set; }

    /// <summary>Takes the next row into account.</summary>
    /// <returns>The slot, 0 to <see cref="Capacity"/> − 1, in which to store it; −1 when it is not kept.</returns>
    public int Offer()
    {
        long row = Seen++;
        if (row < Capacity)
        {
            _rows.Add(row);
            return (int)row;
        }
        ulong slot = _random.Next((ulong)Seen);
        if (slot >= (ulong)Capacity) { return -1; }
        _rows[(int)slot] = row;
        return (int)slot;
    }

    /// <summary>Zero-based indices of the rows kept, ascending.</summary>
    public long[] Rows()
    {
        long[] rows = [.. _rows];
        Array.Sort(rows);
        return rows;
    }

    /// <summary>The rows that a sampler keeps of <paramref name="count"/>, ascending, for sources that can be read twice.</summary>
    /// <exception cref="QuantizationException">The capacity is below 1.</exception>
    public static long[] Choose(int capacity, long count, ulong seed)
    {
        var sampler = new ReservoirSampler(capacity, seed);
        while (sampler.Seen < count) { sampler.Offer(); }
        return sampler.Rows();
    }
}
