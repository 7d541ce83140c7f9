using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Tool;

/// <summary>Writes the one JSON object of <c>--json</c>.</summary>
internal static class JsonResult
{
    // The object goes to a console or a pipe, not into HTML: node names stay readable.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Lets <paramref name="fields"/> fill an object and writes it as one line.</summary>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>Writes a number; <c>null</c> where JSON has none for it: infinities and NaN.</summary>
    public static void WriteReal(this Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) { writer.WriteNumber(name, value); }
        else { writer.WriteNull(name); }
    }

    /// <summary>Writes an array of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) { writer.WriteStringValue(text); }
        writer.WriteEndArray();
    }
}
