using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Collects observed values and joins those that share parameters (union-find; the first value in graph order stands for its set).</summary>
internal sealed class ObservedValues
{
    private sealed record Entry(string Value, ObserverSpec? Spec, bool IsConstant, QuantizationParameters? Fixed, bool IsCopy);

    private readonly List<Entry> _entries = [];
    private readonly List<int> _parent = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    /// <summary>Adds a value unless it is known.</summary>
    /// <param name="value">Its name.</param>
    /// <param name="spec">Its observer; null when only the value it shares with knows.</param>
    /// <param name="isConstant">Whether it is a constant of the graph.</param>
    /// <param name="known">Its parameters, when known beforehand.</param>
    /// <param name="isCopy">Whether its numbers are those of values it shares with.</param>
    public void Add(string value, ObserverSpec? spec, bool isConstant, QuantizationParameters? known = null, bool isCopy = false)
    {
        if (!_index.TryAdd(value, _entries.Count)) { return; }
        _parent.Add(_entries.Count);
        _entries.Add(new(value, spec, isConstant, known, isCopy));
    }

    /// <summary>The observer a value was added with.</summary>
    public ObserverSpec? SpecOf(string value) => _entries[_index[value]].Spec;

    /// <summary>Gives values one common observer.</summary>
    public void Join(ImmutableArray<string> values)
    {
        int first = Root(_index[values[0]]);
        foreach (string value in values)
        {
            int other = Root(_index[value]);
            (first, other) = (Math.Min(first, other), Math.Max(first, other));
            _parent[other] = first;
        }
    }

    /// <summary>The groups, in the order of their first values.</summary>
    public ImmutableArray<ObserverGroup> ToGroups()
    {
        var groups = ImmutableArray.CreateBuilder<ObserverGroup>();
        foreach (IGrouping<int, Entry> members in _entries.GroupBy(entry => Root(_index[entry.Value])).OrderBy(group => group.Key))
        {
            QuantizationParameters?[] known = [.. members.Where(entry => !entry.IsCopy).Select(entry => entry.Fixed).Distinct()];
            ObserverSpec spec = Choose([.. members.Select(entry => entry.Spec).OfType<ObserverSpec>()], known.Length == 1) ?? throw NoSpec(members.First().Value);
            // The range of a constant is known exactly; no other observer does better.
            if (members.All(entry => entry.IsConstant)) { spec = new ObserverSpec { Observer = "MinMax", Type = spec.Type, Scheme = spec.Scheme, ReduceRange = spec.ReduceRange, QuantMin = spec.QuantMin, QuantMax = spec.QuantMax, Eps = spec.Eps }; }
            groups.Add(new(members.First().Value, spec, [.. members.Select(entry => entry.Value)]) { Fixed = known.Length == 1 ? known[0] : null });
        }
        return groups.ToImmutable();
    }

    // Parameters that are fixed for one value do not suit the others of its group; these are observed.
    private static ObserverSpec? Choose(ObserverSpec[] specs, bool agree) =>
        specs.FirstOrDefault(spec => spec.Observer != QConfigMapping.FixedQParams) ?? (agree || specs.Length == 0 ? specs.FirstOrDefault() : new ObserverSpec { Observer = "MinMax", Type = specs[0].Type });

    private static QuantizationException NoSpec(string value) =>
        new($"Value '{value}' reuses the observer of its input, but that input has none. Give the node that writes it, or the global rule, an observer of its own.");

    private int Root(int index)
    {
        while (_parent[index] != index) { index = _parent[index] = _parent[_parent[index]]; }
        return index;
    }
}
