using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Keeps a copy of each batch, to look at afterwards. The only observer whose memory grows with the data, up to
/// <see cref="ObserverSpec.Cap"/> values.
/// </summary>
/// <remarks>
/// The batch that would exceed the cap, and all after it, are counted in <see cref="Dropped"/> instead of kept, so that what is kept is the
/// beginning of the data without gaps. Source: torch.ao.quantization.observer, <c>RecordingObserver</c>, which has no cap.
/// </remarks>
public sealed class RecordingObserver : IObserver
{
    private const int Version = 1;

    private readonly List<Tensor> _recorded = [];

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The cap is below 1.</exception>
    public RecordingObserver(ObserverSpec spec)
    {
        if (spec.Cap < 1) { throw new QuantizationException($"Observer {spec.Observer} was given cap={spec.Cap}; expected 1 or more values to keep."); }
        Spec = spec;
    }

    /// <inheritdoc/>
    public ObserverSpec Spec { get; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Values that came after the cap was reached.</summary>
    public long Dropped { get; private set; }

    /// <summary>The batches kept, in order, float32 and in the shapes they came in.</summary>
    public IReadOnlyList<Tensor> Recorded => _recorded;

    /// <inheritdoc/>
    /// <remarks>NaN is recorded like any other value.</remarks>
    public void Observe(ReadOnlySpan<float> values, Shape shape)
    {
        if (values.IsEmpty) { return; }
        Count += values.Length;
        // Once something was dropped, a smaller batch would leave a gap before it.
        if (Dropped > 0 || Count > Spec.Cap) { Dropped += values.Length; }
        else { _recorded.Add(Tensor.Create(values.ToArray(), shape)); }
    }

    /// <summary>Refused: recorded values are for people.</summary>
    /// <exception cref="QuantizationException">Always.</exception>
    public QuantizationParameters CalculateQParams() => throw new QuantizationException(
        $"Observer {Spec.Observer} keeps values and proposes no parameters; read {nameof(Recorded)}, or observe with MinMax or Histogram to quantize.");

    /// <inheritdoc/>
    public ObserverState Save()
    {
        var writer = new ObserverStateWriter();
        writer.Add("dropped", Dropped);
        writer.Add("ranks", [.. _recorded.Select(batch => (double)batch.Shape.Rank)]);
        writer.Add("sizes", [.. _recorded.SelectMany(batch => batch.Shape.Sizes).Select(size => (double)size)]);
        writer.Add("tensor_val", [.. _recorded.SelectMany(batch => batch.AsSpan<float>().ToArray()).Select(value => (double)value)]);
        return writer.ToState(Spec.Observer, Version, Count);
    }

    /// <inheritdoc/>
    public void Load(ObserverState state)
    {
        var reader = new ObserverStateReader(state, Spec.Observer, Version);
        long dropped = reader.Integer("dropped");
        double[] ranks = reader.Doubles("ranks"), sizes = reader.Doubles("sizes");
        float[] values = reader.Floats("tensor_val");
        reader.CheckAllRead();
        if (Array.Exists([.. ranks, .. sizes], size => !(size >= 0 && size <= int.MaxValue && size == Math.Floor(size))) || ranks.Sum() != sizes.Length) { throw reader.Damaged("shapes that cannot be"); }
        List<Tensor> batches = Split(ranks, sizes, values, reader);
        if (dropped < 0 || values.Length + dropped != state.Count) { throw reader.Damaged($"{values.Length} values and {dropped} dropped after {state.Count}"); }
        _recorded.Clear();
        _recorded.AddRange(batches);
        (Count, Dropped) = (state.Count, dropped);
    }

    /// <inheritdoc/>
    public void Merge(IObserver later)
    {
        RecordingObserver other = ObserverRules.Mergeable(this, later);
        foreach (Tensor batch in other._recorded) { Observe(batch.AsSpan<float>(), batch.Shape); }
        (Count, Dropped) = (Count + other.Dropped, Dropped + other.Dropped);
    }

    private static List<Tensor> Split(double[] ranks, double[] sizes, float[] values, ObserverStateReader reader)
    {
        var batches = new List<Tensor>();
        (int size, int value) = (0, 0);
        foreach (double rank in ranks)
        {
            var shape = new Shape(Array.ConvertAll(sizes[size..(size += (int)rank)], s => (int)s));
            if (shape.Length > values.Length - value) { throw reader.Damaged($"fewer values than a batch of shape {shape} has"); }
            batches.Add(Tensor.Create(values[value..(value += shape.Length)], shape));
        }
        return value == values.Length ? batches : throw reader.Damaged($"{values.Length} values for shapes of {value}");
    }
}
