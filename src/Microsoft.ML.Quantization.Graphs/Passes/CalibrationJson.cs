using System.Text.Json;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The observers of a <see cref="Calibration"/> as JSON: <c>{"format":"calibration","version":1,"fingerprint":…,"rows":…,"groups":{…}}</c>.
/// Deterministic, and mergeable in the order of the shards after loading.
/// </summary>
public static class CalibrationJson
{
    private const string Format = "calibration";
    private const int Version = 1;
    private const string Keys = "format, version, fingerprint, rows, groups";

    /// <summary>Writes what was observed.</summary>
    public static void Save(Calibration calibration, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WriteNumber("version", Version);
        writer.WriteString("fingerprint", calibration.Fingerprint);
        writer.WriteNumber("rows", calibration.Rows);
        writer.WriteStartObject("groups");
        foreach (ObserverGroup group in calibration.Groups)
        {
            writer.WritePropertyName(group.Name);
            ObserverStateJson.Write(writer, calibration.Observers[group.Name].Save());
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>A calibration of <paramref name="prepared"/> that goes on where a saved one stopped.</summary>
    /// <exception cref="QuantizationException">The text is damaged, of a newer version, or of another model or configuration.</exception>
    public static Calibration Load(PreparedGraph prepared, Stream stream, ObserverList? observers = null)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            return Load(prepared, document.RootElement, observers);
        }
        catch (JsonException invalid)
        {
            throw new QuantizationException($"The saved calibration is not JSON at line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1}. Save it again.", invalid);
        }
    }

    private static Calibration Load(PreparedGraph prepared, JsonElement json, ObserverList? observers)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("format", out JsonElement format) || format.ValueKind != JsonValueKind.String || format.GetString() != Format)
        {
            throw new QuantizationException($"This is not a saved calibration; expected an object with {Keys}.");
        }
        JsonFields.Check(json, "the saved calibration", Keys);
        if (Integer(json, "version") is long version && version != Version) { throw new QuantizationException($"The saved calibration has version {version}; this package reads version {Version}. Use a newer package."); }

        var calibration = new Calibration(prepared, observers);
        calibration.CheckFingerprint(Member(json, "fingerprint", JsonValueKind.String).GetString()!);
        calibration.AddRows(Integer(json, "rows"));
        JsonElement groups = Member(json, "groups", JsonValueKind.Object);
        JsonFields.Check(groups, "the groups of the saved calibration", string.Join(", ", calibration.Groups.Select(group => group.Name)));
        foreach (ObserverGroup group in calibration.Groups)
        {
            try { calibration.Observers[group.Name].Load(ObserverStateJson.Read(Member(groups, group.Name, JsonValueKind.Object))); }
            catch (QuantizationException problem) { throw new QuantizationException($"The saved calibration of group '{group.Name}': {problem.Message}", problem); }
        }
        return calibration;
    }

    private static long Integer(JsonElement json, string name) => Member(json, name, JsonValueKind.Number).TryGetInt64(out long value)
        ? value
        : throw new QuantizationException($"The saved calibration has '{name}', which is not an integer. Save it again.");

    private static JsonElement Member(JsonElement json, string name, JsonValueKind kind) => json.TryGetProperty(name, out JsonElement member) && member.ValueKind == kind
        ? member
        : throw new QuantizationException($"The saved calibration lacks '{name}' of kind {kind}. Save it again.");
}
