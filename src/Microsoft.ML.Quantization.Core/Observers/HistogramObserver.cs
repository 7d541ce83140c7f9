using System.Buffers;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Keeps a histogram of all values and proposes the range that quantizes it with the smallest squared error, so that rare outliers do not
/// widen every step.
/// </summary>
/// <remarks>
/// <para>Memory is constant: one number for each bin. Infinities are left out and counted; NaN is refused.</para>
/// <para>Merging keeps the count and the range exactly, and proposes the scale of one observer that saw everything within 1 %.</para>
/// <para>Source: torch.ao.quantization.observer, <c>HistogramObserver</c> of 2.4 and later. The versions before lost counts when the
/// range grew, or when it did not.</para>
/// </remarks>
public sealed class HistogramObserver : IObserver
{
    private const int Version = 1;

    private readonly QuantizedRange _range;
    private readonly bool _floatBounds;
    private double[] _bins;
    private double[] _wider;
    private (float Low, float High) _bounds = (float.PositiveInfinity, float.NegativeInfinity);

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public HistogramObserver(ObserverSpec spec) : this(spec, floatBounds: false)
    {
    }

    internal HistogramObserver(ObserverSpec spec, bool floatBounds)
    {
        (Spec, _range, _floatBounds) = (spec, ObserverRules.Check(spec, perChannel: false), floatBounds);
        (_bins, _wider) = (new double[spec.Bins], new double[spec.Bins]);
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
    public ReadOnlySpan<double> Bins => _bins;

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
        (float low, float high) = HistogramRangeSearch.Find(_bins, _bounds.Low, _bounds.High, codes);
        return ParameterChooser.PerTensor(low, high, Spec.Scheme, Spec.Type, _range, Spec.HasCustomRange, Spec.Eps);
    }

    /// <inheritdoc/>
    public ObserverState Save()
    {
        var writer = new ObserverStateWriter();
        float[] low = Count == 0 ? [] : [_bounds.Low], high = Count == 0 ? [] : [_bounds.High];
        writer.Add("min_val", low);
        writer.Add("max_val", high);
        writer.Add("histogram", _bins);
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
        long infinities = reader.Integer("infinities");
        reader.CheckAllRead();
        if (bounds == 1 && !(low[0] <= high[0] && float.IsFinite(high[0] - low[0]))) { throw reader.Damaged($"the range {low[0]}..{high[0]}"); }
        if (Array.Exists(bins, count => !(count >= 0) || double.IsInfinity(count))) { throw reader.Damaged("a count that is negative or not finite"); }
        if (!_floatBounds && Math.Abs(Histogram.Sum(bins) - state.Count) > 1e-6 * state.Count) { throw reader.Damaged($"counts that sum to {Histogram.Sum(bins)} after {state.Count} values"); }
        (_bins, Count, InfinitiesSeen) = (bins, state.Count, infinities);
        _bounds = bounds == 1 ? (low[0], high[0]) : (float.PositiveInfinity, float.NegativeInfinity);
    }

    /// <inheritdoc/>
    public void Merge(IObserver later)
    {
        HistogramObserver other = ObserverRules.Mergeable(this, later);
        if (other.Count > 0)
        {
            Widen(other._bounds);
            Histogram.Add(other._bins, other._bounds, _bounds, _bins);
        }
        (Count, InfinitiesSeen) = (Count + other.Count, InfinitiesSeen + other.InfinitiesSeen);
    }

    private void Add(ReadOnlySpan<float> values, (float Low, float High) batch)
    {
        if (_floatBounds && Count > 0) { _bounds = FloatBoundsMerge.Add(values, batch, _bounds, _bins); }
        else
        {
            Widen(batch);
            Histogram.Add(values, _bounds.Low, _bounds.High, _bins);
        }
        Count += values.Length;
    }

    // Moves the bins to the union of both bounds.
    private void Widen((float Low, float High) by)
    {
        (float Low, float High) union = (MathF.Min(_bounds.Low, by.Low), MathF.Max(_bounds.High, by.High));
        if (!float.IsFinite(union.High - union.Low))
        {
            throw new QuantizationException($"Observer {Spec.Observer} was given values from {union.Low} to {union.High}; expected a range whose width is a float32. Find the operator that produces such values.");
        }
        if (union == _bounds) { return; }
        if (Count > 0)
        {
            Array.Clear(_wider);
            Histogram.Add(_bins, _bounds, union, _wider);
            (_bins, _wider) = (_wider, _bins);
        }
        _bounds = union;
    }
}
