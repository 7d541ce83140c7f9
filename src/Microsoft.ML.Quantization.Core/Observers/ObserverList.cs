using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>The observers that a name in a configuration can mean. Immutable: <see cref="With"/> returns a longer list.</summary>
public sealed class ObserverList
{
    private readonly ImmutableSortedDictionary<string, Func<ObserverSpec, IObserver>> _factories;

    private ObserverList(ImmutableSortedDictionary<string, Func<ObserverSpec, IObserver>> factories) => _factories = factories;

    /// <summary>The observers of this package.</summary>
    public static ObserverList BuiltIn { get; } = new ObserverList(ImmutableSortedDictionary.Create<string, Func<ObserverSpec, IObserver>>(StringComparer.Ordinal));

    /// <summary>All names, sorted.</summary>
    public IEnumerable<string> Names => _factories.Keys;

    /// <summary>This list and one more observer, which then works everywhere a built-in one does.</summary>
    public ObserverList With(string name, Func<ObserverSpec, IObserver> create) => new(_factories.SetItem(name, create));

    /// <summary>Makes the observer that <paramref name="spec"/> describes.</summary>
    /// <exception cref="QuantizationException">The name is unknown.</exception>
    public IObserver Create(ObserverSpec spec) => _factories.TryGetValue(spec.Observer, out Func<ObserverSpec, IObserver>? create)
        ? create(spec)
        : throw new QuantizationException($"There is no observer '{spec.Observer}'; expected one of {string.Join(", ", Names)}.");
}
