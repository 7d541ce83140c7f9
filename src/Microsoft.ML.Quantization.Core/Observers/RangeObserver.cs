using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// What the observers of smallest and largest values share: one range for the whole tensor or one for each channel, and how it leads to
/// parameters. Derived classes say how a new batch changes the range.
/// </summary>
public abstract class RangeObserver : IObserver
{
    private const int Version = 1;

    private readonly QuantizedRange _range;
    private float[] _batchMinima = [];
    private float[] _batchMaxima = [];
    private int _axis;

    private protected RangeObserver(ObserverSpec spec, bool perChannel) => (Spec, IsPerChannel, _range) = (spec, perChannel, ObserverRules.Check(spec, perChannel));

    /// <inheritdoc/>
    public ObserverSpec Spec { get; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Whether there is a range for each index of the channel axis.</summary>
    public bool IsPerChannel { get; }

    /// <summary>Smallest values: one, or one for each channel; empty before anything was observed.</summary>
    public ReadOnlySpan<float> Minima => MinimaArray;

    /// <summary>Largest values: one, or one for each channel; empty before anything was observed.</summary>
    public ReadOnlySpan<float> Maxima => MaximaArray;

    private protected float[] MinimaArray { get; set; } = [];

    private protected float[] MaximaArray { get; set; } = [];

    /// <inheritdoc/>
    public void Observe(ReadOnlySpan<float> values, Shape shape)
    {
        if (values.IsEmpty) { return; }
        ChannelLayout layout = new(1, 1, values.Length);
        if (IsPerChannel)
        {
            if (values.Length != shape.Length) { throw new QuantizationException($"Observer {Spec.Observer} was given {values.Length} values for shape {shape}; expected {shape.Length}."); }
            layout = ChannelLayout.Of(shape, Spec.ChannelAxis);
            CheckChannels(layout.Channels);
            _axis = ChannelLayout.NormalizeAxis(shape, Spec.ChannelAxis);
        }
        if (_batchMinima.Length != layout.Channels) { (_batchMinima, _batchMaxima) = (new float[layout.Channels], new float[layout.Channels]); }
        ChannelRanges.Of(values, layout, _batchMinima, _batchMaxima, Spec.Observer);
        if (Count == 0) { Start(_batchMinima, _batchMaxima); }
        else { Update(_batchMinima, _batchMaxima); }
        Count += values.Length;
    }

    /// <inheritdoc/>
    /// <exception cref="QuantizationException">A range is infinite, or so wide that its scale is.</exception>
    public QuantizationParameters CalculateQParams() =>
        Count == 0 ? ObserverRules.Unobserved(Spec) :
        IsPerChannel ? ParameterChooser.PerChannel(Minima, Maxima, _axis, Spec.Scheme, Spec.Type, _range, Spec.HasCustomRange, Spec.Eps) :
        ParameterChooser.PerTensor(MinimaArray[0], MaximaArray[0], Spec.Scheme, Spec.Type, _range, Spec.HasCustomRange, Spec.Eps);

    /// <inheritdoc/>
    public ObserverState Save()
    {
        var writer = new ObserverStateWriter();
        writer.Add("min_val", MinimaArray);
        writer.Add("max_val", MaximaArray);
        if (IsPerChannel) { writer.Add("axis", _axis); }
        SaveMore(writer);
        return writer.ToState(Spec.Observer, Version, Count);
    }

    /// <inheritdoc/>
    public void Load(ObserverState state)
    {
        var reader = new ObserverStateReader(state, Spec.Observer, Version);
        float[] minima = reader.Floats("min_val"), maxima = reader.Floats("max_val", minima.Length);
        int axis = IsPerChannel ? (int)reader.Integer("axis") : 0;
        for (int c = 0; c < minima.Length; c++)
        {
            if (minima[c] > maxima[c]) { throw reader.Damaged($"min_val {minima[c]} exceeds max_val {maxima[c]}"); }
        }
        if ((state.Count == 0) != (minima.Length == 0) || (!IsPerChannel && minima.Length > 1)) { throw reader.Damaged($"{minima.Length} ranges after {state.Count} values"); }
        LoadMore(reader, minima.Length);
        reader.CheckAllRead();
        (MinimaArray, MaximaArray, _axis, Count) = (minima, maxima, axis, state.Count);
    }

    /// <inheritdoc/>
    public void Merge(IObserver later)
    {
        RangeObserver other = ObserverRules.Mergeable(this, later);
        if (other.Count == 0) { return; }
        if (Count == 0)
        {
            Load(other.Save());
            return;
        }
        CheckChannels(other.MinimaArray.Length);
        MergeRanges(other);
        Count += other.Count;
    }

    /// <summary>Takes the first batch.</summary>
    private protected virtual void Start(ReadOnlySpan<float> minima, ReadOnlySpan<float> maxima) => (MinimaArray, MaximaArray) = (minima.ToArray(), maxima.ToArray());

    /// <summary>Takes a further batch.</summary>
    private protected abstract void Update(ReadOnlySpan<float> minima, ReadOnlySpan<float> maxima);

    /// <summary>Takes the ranges of an observer of the same class that saw later data; both have seen some.</summary>
    private protected abstract void MergeRanges(RangeObserver later);

    private protected virtual void SaveMore(ObserverStateWriter writer)
    {
    }

    private protected virtual void LoadMore(ObserverStateReader reader, int channels)
    {
    }

    private void CheckChannels(int found)
    {
        if (Count > 0 && found != MinimaArray.Length)
        {
            throw new QuantizationException($"Observer {Spec.Observer} was given {found} channels on axis {Spec.ChannelAxis}; expected {MinimaArray.Length} as before. Check the layout of the tensor or the channel axis.");
        }
    }
}
