using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>The statistics of an observer as entries of a state: float64 tensors, and <c>version</c> and <c>count</c>.</summary>
internal static class ObserverEntries
{
    private const string Version = "version", Count = "count";

    public static IEnumerable<KeyValuePair<string, StateEntry>> Save(ObserverState state)
    {
        yield return new(Version, Buffer(Tensor.Scalar((long)state.Version)));
        yield return new(Count, Buffer(Tensor.Scalar(state.Count)));
        foreach ((string name, ImmutableArray<double> values) in state.Values) { yield return new(name, Buffer(Tensor.Create<double>(values.AsSpan(), new Shape(values.Length)))); }
    }

    /// <exception cref="QuantizationException">An entry has another type.</exception>
    public static ObserverState Load(string observer, IReadOnlyDictionary<string, StateEntry> entries)
    {
        long version = Number(entries, Version);
        var values = entries.Where(entry => entry.Key is not (Version or Count)).ToImmutableSortedDictionary(entry => entry.Key, entry => Read(entry.Key, entry.Value), StringComparer.Ordinal);
        return new(observer, version is >= 0 and <= int.MaxValue ? (int)version : throw Wrong(Version, entries[Version]), Number(entries, Count), values);
    }

    private static long Number(IReadOnlyDictionary<string, StateEntry> entries, string name) =>
        entries[name].Tensor is { Type: ElementType.Int64, Length: 1 } tensor ? tensor.AsSpan<long>()[0] : throw Wrong(name, entries[name]);

    private static ImmutableArray<double> Read(string name, StateEntry entry) =>
        entry.Tensor is { Type: ElementType.Float64, Shape.Rank: 1 } tensor ? [.. tensor.AsSpan<double>()] : throw Wrong(name, entry);

    private static QuantizationException Wrong(string name, StateEntry entry) => new($"Entry '{name}' of an observer is {entry}; expected one int64 for {Version} and {Count}, and float64 with one axis for the rest.");

    private static StateEntry Buffer(Tensor tensor) => new(tensor, null, IsParameter: false);
}
