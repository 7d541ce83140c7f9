using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>An observer as a module: shows it every float value that passes, and passes it. Several threads may run it.</summary>
public sealed class ObserverModule : Module
{
    private readonly ObserverList _observers;
    private Lock _lock = new();

    /// <param name="spec">Which observer, and its settings.</param>
    /// <param name="observers">The observers to choose from; those built in when left out.</param>
    /// <exception cref="QuantizationException">There is no such observer, or its settings do not fit.</exception>
    public ObserverModule(ObserverSpec spec, ObserverList? observers = null) => (_observers, Statistics) = (observers ?? ObserverList.BuiltIn, (observers ?? ObserverList.BuiltIn).Create(spec));

    /// <inheritdoc/>
    public override string TypeName => $"torch.ao.quantization.observer.{Statistics.Spec.Observer}Observer";

    /// <summary>The observer.</summary>
    public IObserver Statistics { get; private set; }

    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        if (value.Plain is { Type: ElementType.Float32 } tensor)
        {
            lock (_lock) { Statistics.Observe(tensor.AsSpan<float>(), tensor.Shape); }
        }
        return value;
    }

    /// <inheritdoc/>
    protected override void OnCloned()
    {
        ObserverState state = Statistics.Save();
        (_lock, Statistics) = (new(), _observers.Create(Statistics.Spec));
        Statistics.Load(state);
    }

    internal override IEnumerable<KeyValuePair<string, StateEntry>> SaveState() => ObserverEntries.Save(Statistics.Save());

    internal override void LoadState(IReadOnlyDictionary<string, StateEntry> entries) => Statistics.Load(ObserverEntries.Load(Statistics.Save().Observer, entries));
}
