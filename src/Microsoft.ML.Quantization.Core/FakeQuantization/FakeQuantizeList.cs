using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>The fake-quantizers that a name in a configuration can mean. Immutable: <see cref="With"/> returns a longer list.</summary>
public sealed class FakeQuantizeList
{
    private readonly ImmutableSortedDictionary<string, Func<FakeQuantizeSpec, IObserver, IFakeQuantize>> _factories;

    private FakeQuantizeList(ImmutableSortedDictionary<string, Func<FakeQuantizeSpec, IObserver, IFakeQuantize>> factories) => _factories = factories;

    /// <summary>The fake-quantizers of this package.</summary>
    public static FakeQuantizeList BuiltIn { get; } = new FakeQuantizeList(ImmutableSortedDictionary.Create<string, Func<FakeQuantizeSpec, IObserver, IFakeQuantize>>(StringComparer.Ordinal))
        .With("FakeQuantize", (spec, observer) => new FakeQuantize(spec, observer))
        .With("FixedQParamsFakeQuantize", (spec, observer) => new FixedQParamsFakeQuantize(spec, observer))
        .With("FusedMovingAvgObsFakeQuantize", (spec, observer) => new FusedMovingAvgObsFakeQuantize(spec, observer))
        .With("LearnableFakeQuantize", (spec, observer) => new LearnableFakeQuantize(spec, observer));

    /// <summary>All names, sorted.</summary>
    public IEnumerable<string> Names => _factories.Keys;

    /// <summary>This list and one more fake-quantizer, made from its settings and a new observer.</summary>
    public FakeQuantizeList With(string name, Func<FakeQuantizeSpec, IObserver, IFakeQuantize> create) => new(_factories.SetItem(name, create));

    /// <summary>The name in this list that <paramref name="name"/> means: itself, or PyTorch's <c>_LearnableFakeQuantize</c> without the underscore.</summary>
    public string Resolve(string name) => !_factories.ContainsKey(name) && _factories.ContainsKey(name.TrimStart('_')) ? name.TrimStart('_') : name;

    /// <summary>Makes the fake-quantizer that <paramref name="spec"/> describes, and its observer.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="observers">The observers that the settings may name; the built-in ones when left out.</param>
    /// <exception cref="QuantizationException">A name is unknown or the settings contradict each other.</exception>
    public IFakeQuantize Create(FakeQuantizeSpec spec, ObserverList? observers = null)
    {
        string name = Resolve(spec.FakeQuantize);
        return _factories.TryGetValue(name, out Func<FakeQuantizeSpec, IObserver, IFakeQuantize>? create)
            ? create(name == spec.FakeQuantize ? spec : spec with { FakeQuantize = name }, (observers ?? ObserverList.BuiltIn).Create(spec.Observer))
            : throw new QuantizationException($"There is no fake-quantizer '{spec.FakeQuantize}'; expected one of {string.Join(", ", Names)}.");
    }
}
