using System.Collections.Immutable;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// An <see cref="ObserverState"/> as JSON: <c>{"observer":"MinMax","version":1,"count":28,"values":{"max_val":[2],"min_val":[-1.5]}}</c>.
/// </summary>
/// <remarks>
/// Deterministic: names in ordinal order, numbers as shortest round-trip decimals, so that saving, loading and saving again gives the same
/// bytes on every platform. Numbers that JSON lacks are the strings <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>.
/// </remarks>
public static class ObserverStateJson
{
    /// <summary>Writes a state as one object.</summary>
    public static void Write(Utf8JsonWriter writer, ObserverState state)
    {
        writer.WriteStartObject();
        writer.WriteString("observer", state.Observer);
        writer.WriteNumber("version", state.Version);
        writer.WriteNumber("count", state.Count);
        writer.WriteStartObject("values");
        foreach ((string name, ImmutableArray<double> values) in state.Values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            writer.WriteStartArray(name);
            foreach (double value in values)
            {
                if (double.IsFinite(value)) { writer.WriteNumberValue(value); }
                else { writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"); }
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads a state. Whether its statistics fit an observer is checked by <see cref="IObserver.Load"/>.</summary>
    /// <exception cref="QuantizationException">The JSON is not a state.</exception>
    public static ObserverState Read(JsonElement json)
    {
        JsonElement name = Member(json, "observer", JsonValueKind.String);
        if (!Member(json, "version", JsonValueKind.Number).TryGetInt32(out int version)) { throw Wrong("'version' is not an integer"); }
        if (!Member(json, "count", JsonValueKind.Number).TryGetInt64(out long count)) { throw Wrong("'count' is not an integer"); }
        ImmutableSortedDictionary<string, ImmutableArray<double>>.Builder values = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<double>>(StringComparer.Ordinal);
        foreach (JsonProperty entry in Member(json, "values", JsonValueKind.Object).EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Array) { throw Wrong($"'{entry.Name}' is not an array"); }
            values[entry.Name] = [.. entry.Value.EnumerateArray().Select(Number)];
        }
        return new(name.GetString()!, version, count, values.ToImmutable());
    }

    private static JsonElement Member(JsonElement json, string name, JsonValueKind kind) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement member) && member.ValueKind == kind
            ? member
            : throw Wrong($"no '{name}' of kind {kind}");

    private static double Number(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.String when json.ValueEquals("NaN"u8) => double.NaN,
        JsonValueKind.String when json.ValueEquals("Infinity"u8) => double.PositiveInfinity,
        JsonValueKind.String when json.ValueEquals("-Infinity"u8) => double.NegativeInfinity,
        _ => throw Wrong($"{json.GetRawText()} where a number belongs"),
    };

    private static QuantizationException Wrong(string finding) =>
        new($"This is not the state of an observer: found {finding}; expected an object with observer, version, count and values. Save it again.");
}
