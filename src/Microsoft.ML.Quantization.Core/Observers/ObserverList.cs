using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>The observers that a name in a configuration can mean. Immutable: <see cref="With"/> returns a longer list.</summary>
public sealed class ObserverList
{
    private readonly ImmutableSortedDictionary<string, Func<ObserverSpec, IObserver>> _factories;

    private ObserverList(ImmutableSortedDictionary<string, Func<ObserverSpec, IObserver>> factories) => _factories = factories;

    /// <summary>The observers of this package.</summary>
    public static ObserverList BuiltIn { get; } = new ObserverList(ImmutableSortedDictionary.Create<string, Func<ObserverSpec, IObserver>>(StringComparer.Ordinal))
        .With("MinMax", spec => new MinMaxObserver(spec))
        .With("MovingAverageMinMax", spec => new MovingAverageMinMaxObserver(spec))
        .With("PerChannelMinMax", spec => new MinMaxObserver(spec, perChannel: true))
        .With("MovingAveragePerChannelMinMax", spec => new MovingAverageMinMaxObserver(spec, perChannel: true))
        .With("Histogram", spec => new HistogramObserver(spec))
        .With("Placeholder", spec => new PlaceholderObserver(spec))
        .With("Recording", spec => new RecordingObserver(spec))
        .With("NoOp", spec => new NoOpObserver(spec))
        .With("FixedQParams", spec => new FixedQParamsObserver(spec))
        .With("ReuseInput", spec => new ReuseInputObserver(spec))
        .With("Percentile", spec => new PercentileObserver(spec))
        .With("Entropy", spec => new EntropyObserver(spec))
        .With("Mse", spec => new MseObserver(spec))
        .With("Octav", spec => new OctavObserver(spec));

    /// <summary>All names, sorted.</summary>
    public IEnumerable<string> Names => _factories.Keys;

    /// <summary>This list and one more observer, which then works everywhere a built-in one does.</summary>
    public ObserverList With(string name, Func<ObserverSpec, IObserver> create) => new(_factories.SetItem(name, create));

    /// <summary>
    /// The name in this list that <paramref name="name"/> means: itself, or without the ending of PyTorch's class names, so that
    /// <c>MinMaxObserver</c> means <c>MinMax</c>, and <c>NoopObserver</c> or <c>Noop</c> means <c>NoOp</c>. Another name comes back unchanged.
    /// </summary>
    public string Resolve(string name)
    {
        const string Ending = "Observer";
        if (_factories.ContainsKey(name)) { return name; }
        string plain = name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : name;
        if (plain == "Noop") { plain = "NoOp"; }
        return _factories.ContainsKey(plain) ? plain : name;
    }

    /// <summary>Makes the observer that <paramref name="spec"/> describes. PyTorch's class names are understood, see <see cref="Resolve"/>.</summary>
    /// <exception cref="QuantizationException">The name is unknown or the settings contradict each other.</exception>
    public IObserver Create(ObserverSpec spec)
    {
        string name = Resolve(spec.Observer);
        return _factories.TryGetValue(name, out Func<ObserverSpec, IObserver>? create)
            ? create(name == spec.Observer ? spec : spec with { Observer = name })
            : throw new QuantizationException($"There is no observer '{spec.Observer}'; expected one of {string.Join(", ", Names)}.");
    }
}
