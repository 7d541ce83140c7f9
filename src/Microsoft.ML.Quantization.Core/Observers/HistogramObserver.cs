using System.Buffers;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Keeps a histogram of all values and proposes the range that quantizes it with the smallest squared error, so that rare outliers do not
/// widen every step.
/// </summary>
/// <remarks>
/// <para>Memory is bounded whatever the number of values. Infinities are left out and counted; NaN is refused.</para>
/// <para>Merging keeps the count and the range exactly. The bins agree with those of one observer that saw everything to an eighth of a bin, and
/// so does the proposed scale, within 1 %: save for the few histograms whose error has a second minimum just where the search would stop.</para>
/// <para>Source: torch.ao.quantization.observer, <c>HistogramObserver</c> of 2.4 and later. The versions before lost counts when the
/// range grew, or when it did not.</para>
/// </remarks>
public sealed class HistogramObserver : IObserver
{
    private const int Version = 1;

    private readonly QuantizedRange _range;
    private readonly bool _floatBounds;
    // Counts from before the range last grew; those since then are in the log, which folds into as many bins.
    private double[] _earlier;
    private double[] _wider;
    private HistogramLog _log;
    private (float Low, float High) _bounds = (float.PositiveInfinity, float.NegativeInfinity);

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public HistogramObserver(ObserverSpec spec) : this(spec, floatBounds: false)
    {
    }

    internal HistogramObserver(ObserverSpec spec, bool floatBounds)
    {
        (Spec, _range, _floatBounds) = (spec, ObserverRules.Check(spec, perChannel: false), floatBounds);
        (_earlier, _wider, _log) = (new double[spec.Bins], new double[spec.Bins], new(spec.Bins));
    }

    /// <inheritdoc/>
    public ObserverSpec Spec { get; }

    /// <summary>Finite values seen so far.</summary>
    public long Count { get; private set; }

    /// <summary>Infinities seen and left out. More than none deserves a warning: the float model overflowed.</summary>
    public long InfinitiesSeen { get; private set; }

    /// <summary>Smallest finite value seen; +∞ before any.</summary>
    public float Minimum => _bounds.Low;

    /// <summary>Largest finite value seen; −∞ before any.</summary>
    public float Maximum => _bounds.High;

    /// <summary>Counts in equal bins from <see cref="Minimum"/> to <see cref="Maximum"/>. Fractions arise when the range grows.</summary>
    public ReadOnlySpan<double> Bins
    {
        get
        {
            double[] bins = [.. _earlier];
            Histogram.Fold(_log.Current, bins);
            return bins;
        }
    }

    /// <inheritdoc/>
    public void Observe(ReadOnlySpan<float> values, Shape shape)
    {
        if (values.IsEmpty) { return; }
        (float low, float high) = ValueRange.Of(values, Spec.Observer);
        if (!float.IsInfinity(low) && !float.IsInfinity(high))
        {
            Add(values, (low, high));
            return;
        }
        float[] rented = ArrayPool<float>.Shared.Rent(values.Length);
        int count = 0;
        foreach (float value in values)
        {
            if (float.IsFinite(value)) { rented[count++] = value; }
        }
        InfinitiesSeen += values.Length - count;
        if (count > 0) { Add(rented.AsSpan(0, count), ValueRange.Of(rented.AsSpan(0, count), Spec.Observer)); }
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <inheritdoc/>
    public QuantizationParameters CalculateQParams()
    {
        if (Count == 0) { return ObserverRules.Unobserved(Spec); }
        // The number of codes of the type, also when fewer are in use: so does the source.
        double codes = QuantizationParameters.RangeOf(Spec.Type).Steps + 1.0;
        (float low, float high) = HistogramRangeSearch.Find(Bins, _bounds.Low, _bounds.High, codes);
        return ParameterChooser.PerTensor(low, high, Spec.Scheme, Spec.Type, _range, Spec.HasCustomRange, Spec.Eps);
    }

    /// <inheritdoc/>
    public ObserverState Save()
    {
        var writer = new ObserverStateWriter();
        float[] low = Count == 0 ? [] : [_bounds.Low], high = Count == 0 ? [] : [_bounds.High];
        writer.Add("min_val", low);
        writer.Add("max_val", high);
        writer.Add("histogram", Bins);
        HistogramStateFormat.Write(writer, _log.Epochs(_bounds));
        writer.Add("infinities", InfinitiesSeen);
        return writer.ToState(Spec.Observer, Version, Count);
    }

    /// <inheritdoc/>
    public void Load(ObserverState state)
    {
        var reader = new ObserverStateReader(state, Spec.Observer, Version);
        double[] bins = reader.Doubles("histogram", Spec.Bins);
        int bounds = state.Count == 0 ? 0 : 1;
        float[] low = reader.Floats("min_val", bounds), high = reader.Floats("max_val", bounds);
        HistogramEpoch[] epochs = HistogramStateFormat.Read(reader, Spec.Bins * HistogramLog.Fineness);
        long infinities = reader.Integer("infinities");
        reader.CheckAllRead();
        if (bounds == 1 && !(low[0] <= high[0] && float.IsFinite(high[0] - low[0]))) { throw reader.Damaged($"the range {low[0]}..{high[0]}"); }
        if (Array.Exists(bins, count => !(count >= 0) || double.IsInfinity(count))) { throw reader.Damaged("a count that is negative or not finite"); }
        CheckCount(reader, Histogram.Sum(bins), state.Count);
        CheckCount(reader, epochs.Sum(epoch => epoch.Counts.Sum()), state.Count);
        if (epochs.Length == 0) { throw reader.Damaged("no epochs"); }

        _log = HistogramLog.Of(Spec.Bins, epochs);
        var current = new double[Spec.Bins];
        Histogram.Fold(_log.Current, current);
        for (int i = 0; i < bins.Length; i++) { bins[i] -= current[i]; }
        (_earlier, Count, InfinitiesSeen) = (bins, state.Count, infinities);
        _bounds = bounds == 1 ? (low[0], high[0]) : (float.PositiveInfinity, float.NegativeInfinity);
    }

    /// <inheritdoc/>
    public void Merge(IObserver later)
    {
        HistogramObserver other = ObserverRules.Mergeable(this, later);
        // A replay changes this observer only once every epoch fits: the widest range is that of the other observer.
        CheckWidth(Union(_bounds, other._bounds));
        foreach (HistogramEpoch epoch in other._log.Epochs(other._bounds))
        {
            if (epoch.Counts.Length == 0) { continue; }
            Widen(epoch.Bounds);
            CloseEpoch();
            Histogram.Add(epoch.ToDense(_log.Current.Length), epoch.Bounds, _bounds, _earlier, Histogram.UpsampleRate / HistogramLog.Fineness);
            _log.Append(epoch);
            Count += (long)Math.Round(Histogram.Sum(epoch.Counts));
        }
        InfinitiesSeen += other.InfinitiesSeen;
    }

    private void Add(ReadOnlySpan<float> values, (float Low, float High) batch)
    {
        if (_floatBounds && Count > 0) { _bounds = FloatBoundsMerge.Add(values, batch, _bounds, _earlier); }
        else
        {
            Widen(batch);
            Histogram.Add(values, _bounds.Low, _bounds.High, _floatBounds ? _earlier : _log.Current);
        }
        Count += values.Length;
    }

    // Moves the bins to the union of both bounds.
    private void Widen((float Low, float High) by)
    {
        (float Low, float High) union = Union(_bounds, by);
        CheckWidth(union);
        if (union == _bounds) { return; }
        if (Count > 0)
        {
            CloseEpoch();
            Array.Clear(_wider);
            Histogram.Add(_earlier, _bounds, union, _wider);
            (_earlier, _wider) = (_wider, _earlier);
        }
        _bounds = union;
    }

    private void CloseEpoch()
    {
        Histogram.Fold(_log.Current, _earlier);
        _log.Close(_bounds);
    }

    private static (float Low, float High) Union((float Low, float High) a, (float Low, float High) b) => (MathF.Min(a.Low, b.Low), MathF.Max(a.High, b.High));

    private static void CheckCount(ObserverStateReader reader, double sum, long count)
    {
        if (Math.Abs(sum - count) > 1e-6 * count) { throw reader.Damaged($"counts that sum to {sum} after {count} values"); }
    }

    private void CheckWidth((float Low, float High) bounds)
    {
        if (float.IsFinite(bounds.High - bounds.Low) || (Count == 0 && float.IsNegativeInfinity(bounds.High))) { return; }
        throw new QuantizationException($"Observer {Spec.Observer} was given values from {bounds.Low} to {bounds.High}; expected a range whose width is a float32. Find the operator that produces such values.");
    }
}
