using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Strict reading of JSON objects: a misspelled or repeated key is an error, not a silent default.</summary>
internal static class JsonFields
{
    /// <summary>Refuses keys that occur twice, and keys not in <paramref name="known"/>.</summary>
    /// <param name="json">An object.</param>
    /// <param name="where">What it is, for the message.</param>
    /// <param name="known">The keys, separated by comma and space; null for any.</param>
    /// <exception cref="QuantizationException">A key is unknown or repeated.</exception>
    public static void Check(JsonElement json, string where, string? known)
    {
        string[]? keys = known?.Split(", ");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (keys is not null && !keys.Contains(property.Name)) { throw new QuantizationException($"Found the unknown key '{property.Name}' in {where}; expected {known}."); }
            if (!seen.Add(property.Name)) { throw new QuantizationException($"Found the key '{property.Name}' twice in {where}; expected it once."); }
        }
    }
}
