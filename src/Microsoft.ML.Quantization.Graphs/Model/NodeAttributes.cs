using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The named settings of a node, sorted by name. A value is a <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, an
/// <see cref="ImmutableArray{T}"/> of one of these, a <see cref="Tensor"/> or a <see cref="Graph"/>.
/// </summary>
public sealed class NodeAttributes : IReadOnlyCollection<KeyValuePair<string, object>>
{
    private readonly ImmutableSortedDictionary<string, object> _values;

    private NodeAttributes(ImmutableSortedDictionary<string, object> values) => _values = values;

    /// <summary>No settings.</summary>
    public static NodeAttributes Empty { get; } = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <summary>Whether a setting of that name is present.</summary>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <summary>These settings with one added or replaced.</summary>
    /// <exception cref="QuantizationException">The value is of a type that an attribute cannot have.</exception>
    public NodeAttributes With(string name, object value) => new(_values.SetItem(name, value switch
    {
        long or float or string or Tensor or Graph or ImmutableArray<long> or ImmutableArray<float> or ImmutableArray<string> => value,
        int number => (long)number,
        bool flag => flag ? 1L : 0L,
        _ => throw new QuantizationException($"Attribute '{name}' cannot hold a {value.GetType().Name}."),
    }));

    /// <summary>These settings without one.</summary>
    public NodeAttributes Without(string name) => new(_values.Remove(name));

    /// <summary>An integer setting.</summary>
    /// <exception cref="QuantizationException">It has another type, or is absent and has no default.</exception>
    public long Int(string name, long? otherwise = null) => Get(name, otherwise);

    /// <summary>A real setting.</summary>
    /// <exception cref="QuantizationException">It has another type, or is absent and has no default.</exception>
    public float Float(string name, float? otherwise = null) => Get(name, otherwise);

    /// <summary>A text setting.</summary>
    /// <exception cref="QuantizationException">It has another type, or is absent and has no default.</exception>
    public string String(string name, string? otherwise = null) =>
        TryGet(name, out string? value) && value is not null ? value : otherwise ?? throw Missing(name);

    /// <summary>An integer list, or null when it is absent.</summary>
    /// <exception cref="QuantizationException">It has another type.</exception>
    public ImmutableArray<long>? Ints(string name) => TryGet(name, out ImmutableArray<long> value) ? value : null;

    /// <summary>A real list, or null when it is absent.</summary>
    /// <exception cref="QuantizationException">It has another type.</exception>
    public ImmutableArray<float>? Floats(string name) => TryGet(name, out ImmutableArray<float> value) ? value : null;

    /// <summary>A tensor, or null when it is absent.</summary>
    /// <exception cref="QuantizationException">It has another type.</exception>
    public Tensor? TensorValue(string name) => TryGet(name, out Tensor? value) ? value : null;

    /// <summary>A subgraph, or null when it is absent.</summary>
    /// <exception cref="QuantizationException">It has another type.</exception>
    public Graph? GraphValue(string name) => TryGet(name, out Graph? value) ? value : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private T Get<T>(string name, T? otherwise) where T : struct => TryGet(name, out T value) ? value : otherwise ?? throw Missing(name);

    private bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        if (!_values.TryGetValue(name, out object? found))
        {
            value = default;
            return false;
        }
        value = found is T typed ? typed : throw new QuantizationException($"Attribute '{name}' is a {found.GetType().Name}; expected a {typeof(T).Name}.");
        return true;
    }

    private static QuantizationException Missing(string name) => new($"Attribute '{name}' is missing; it has no default.");
}
