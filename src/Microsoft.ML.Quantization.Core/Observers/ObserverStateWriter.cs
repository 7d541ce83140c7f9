using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>Collects the named statistics of a state.</summary>
internal sealed class ObserverStateWriter
{
    private readonly ImmutableSortedDictionary<string, ImmutableArray<double>>.Builder _values =
        ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<double>>(StringComparer.Ordinal);

    /// <summary>Adds float32 numbers, which doubles hold exactly.</summary>
    public void Add(string name, ReadOnlySpan<float> values)
    {
        var doubles = new double[values.Length];
        for (int i = 0; i < doubles.Length; i++) { doubles[i] = values[i]; }
        _values.Add(name, ImmutableArray.Create(doubles));
    }

    /// <summary>Adds numbers.</summary>
    public void Add(string name, ReadOnlySpan<double> values) => _values.Add(name, ImmutableArray.Create(values));

    /// <summary>Adds an integer below 2⁵³.</summary>
    public void Add(string name, long value) => _values.Add(name, [value]);

    /// <summary>The state.</summary>
    public ObserverState ToState(string observer, int version, long count) => new(observer, version, count, _values.ToImmutable());
}
