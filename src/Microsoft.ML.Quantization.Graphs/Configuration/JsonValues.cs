using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Reading and writing of configurations as JSON: what is wrong is refused with its place.</summary>
internal static class JsonValues
{
    /// <summary>Writes indented JSON with <c>\n</c> at line ends.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" })) { write(writer); }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>Reads a document.</summary>
    /// <param name="json">The text.</param>
    /// <param name="read">Reads its root.</param>
    /// <param name="what">What it is, for messages: <c>backend configuration</c>.</param>
    /// <exception cref="QuantizationException">It is not JSON, or <paramref name="read"/> refuses it.</exception>
    public static T Read<T>(string json, Func<JsonElement, T> read, string what)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (JsonException invalid)
        {
            throw new QuantizationException($"The {what} is not JSON at line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1}: {WithoutPlace(invalid.Message)}", invalid);
        }
    }

    // The parser ends its message with the place, counted from 0.
    private static string WithoutPlace(string message) => message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var place and >= 0 ? message[..place] : message;

    /// <summary>Checks that an element is an object of a known version with known keys.</summary>
    /// <exception cref="QuantizationException">It is not.</exception>
    public static void CheckVersion(JsonElement json, string where, int version, string keys)
    {
        Object(json, where, keys);
        if (!json.TryGetProperty("version", out JsonElement found) || found.ValueKind != JsonValueKind.Number || !found.TryGetInt32(out int number))
        {
            throw new QuantizationException($"The version is missing in {where}; add \"version\": {version}.");
        }
        if (number != version) { throw new QuantizationException($"Found version {number} of {where}; this package reads version {version}. Use a newer package."); }
    }

    /// <summary>Checks that an element is an object with known keys only.</summary>
    public static void Object(JsonElement json, string where, string? keys)
    {
        if (json.ValueKind != JsonValueKind.Object) { throw Wrong(json, where, keys is null ? "an object" : $"an object with {keys}"); }
        JsonFields.Check(json, where, keys);
    }

    /// <summary>A text.</summary>
    public static string Text(JsonElement json, string where) => json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Wrong(json, where, "a text");

    /// <summary>An integer.</summary>
    public static int Integer(JsonElement json, string where) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int value) ? value : throw Wrong(json, where, "an integer");

    /// <summary>A number.</summary>
    public static float Number(JsonElement json, string where) => json.ValueKind == JsonValueKind.Number ? json.GetSingle() : throw Wrong(json, where, "a number");

    /// <summary>True or false.</summary>
    public static bool Flag(JsonElement json, string where) => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.GetBoolean() : throw Wrong(json, where, "true or false");

    /// <summary>The elements of an array.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement json, string where) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : throw Wrong(json, where, "an array");

    /// <summary>An element type by PyTorch's name.</summary>
    public static ElementType Type(JsonElement json, string where) => ElementTypes.TryParse(Text(json, where), out ElementType type) ? type
        : throw new QuantizationException($"Found '{json.GetString()}' in {where}; expected an element type, e.g. quint8.");

    /// <summary>What is wrong with a value.</summary>
    public static QuantizationException Wrong(JsonElement json, string where, string expected) => new($"Found {json.ValueKind} for {where}; expected {expected}.");
}
