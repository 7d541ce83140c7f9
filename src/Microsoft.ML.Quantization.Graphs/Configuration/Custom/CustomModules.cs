using System.Collections.Immutable;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Which module class takes the place of which, for each kind of quantization: data, changed by <see cref="Set"/>. PyTorch's
/// <c>float_to_observed_mapping</c> and <c>observed_to_quantized_mapping</c>.
/// </summary>
public sealed record CustomModules
{
    private static readonly ImmutableArray<(QuantType Type, string Name)> s_names = [(QuantType.Static, "static"), (QuantType.Dynamic, "dynamic"), (QuantType.Qat, "qat"), (QuantType.WeightOnly, "weight_only")];

    private readonly ImmutableSortedDictionary<(QuantType Type, string From), string> _classes = ImmutableSortedDictionary<(QuantType, string), string>.Empty
        .WithComparers(Comparer<(QuantType Type, string From)>.Create((a, b) => a.Type != b.Type ? a.Type.CompareTo(b.Type) : string.CompareOrdinal(a.From, b.From)));

    private CustomModules()
    {
    }

    private CustomModules(ImmutableSortedDictionary<(QuantType Type, string From), string> classes) => _classes = classes;

    /// <summary>None.</summary>
    public static CustomModules Empty { get; } = new();

    /// <summary>All entries, sorted.</summary>
    public IEnumerable<(QuantType Type, string From, string To)> Entries => _classes.Select(entry => (entry.Key.Type, entry.Key.From, entry.Value));

    /// <summary>The class that takes the place of another; null when there is none.</summary>
    public string? Find(QuantType type, string from) => _classes.GetValueOrDefault((type, TorchNames.Normalize(from)));

    /// <summary>A copy with one entry added or replaced.</summary>
    public CustomModules Set(QuantType type, string from, string to) => new(_classes.SetItem((type, TorchNames.Normalize(from)), TorchNames.Normalize(to)));

    /// <inheritdoc/>
    public bool Equals(CustomModules? other) => other is not null && _classes.SequenceEqual(other._classes);

    /// <inheritdoc/>
    public override int GetHashCode() => _classes.Count;

    internal void Write(Utf8JsonWriter writer, string key)
    {
        if (_classes.IsEmpty) { return; }
        writer.WriteStartObject(key);
        foreach ((QuantType type, string name) in s_names)
        {
            if (!_classes.Keys.Any(entry => entry.Type == type)) { continue; }
            writer.WriteStartObject(name);
            foreach (((QuantType _, string from), string to) in _classes.Where(entry => entry.Key.Type == type)) { writer.WriteString(from, to); }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    internal static CustomModules Read(JsonElement json, string where)
    {
        JsonValues.Object(json, where, string.Join(", ", s_names.Select(entry => entry.Name)));
        CustomModules modules = Empty;
        foreach ((QuantType type, string name) in s_names)
        {
            if (!json.TryGetProperty(name, out JsonElement classes)) { continue; }
            JsonValues.Object(classes, $"'{name}' of {where}", null);
            foreach (JsonProperty entry in classes.EnumerateObject()) { modules = modules.Set(type, entry.Name, JsonValues.Text(entry.Value, $"'{entry.Name}' of {where}")); }
        }
        return modules;
    }
}
