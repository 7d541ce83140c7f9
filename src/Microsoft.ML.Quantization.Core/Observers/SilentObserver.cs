using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>What observers share that take no statistics: they count the values that pass, whatever these are, and nothing else.</summary>
public abstract class SilentObserver : IObserver
{
    private const int Version = 1;

    private protected SilentObserver(ObserverSpec spec) => Spec = spec;

    /// <inheritdoc/>
    public ObserverSpec Spec { get; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void Observe(ReadOnlySpan<float> values, Shape shape) => Count += values.Length;

    /// <inheritdoc/>
    public abstract QuantizationParameters CalculateQParams();

    /// <inheritdoc/>
    public ObserverState Save() => new ObserverStateWriter().ToState(Spec.Observer, Version, Count);

    /// <inheritdoc/>
    public void Load(ObserverState state)
    {
        new ObserverStateReader(state, Spec.Observer, Version).CheckAllRead();
        Count = state.Count;
    }

    /// <inheritdoc/>
    public void Merge(IObserver later) => Count += ObserverRules.Mergeable(this, later).Count;
}
