using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A <see cref="QuantizationConfig"/> as JSON:
/// <c>{"version":1,"input_activation":{…},"output_activation":{…},"weight":{…},"bias":null,"is_qat":false}</c>, each part null, or
/// <c>{"dtype":"qint8","quant_min":-128,"quant_max":127,"qscheme":"per_tensor_affine","observer":{…}}</c>. Equal configurations give equal bytes.
/// </summary>
public static class QuantizationConfigJson
{
    private const int Version = 1;
    private const string Keys = "version, input_activation, output_activation, weight, bias, is_qat";
    private const string What = "the quantizer's configuration";

    /// <summary>The configuration as indented JSON with <c>\n</c> at line ends.</summary>
    /// <exception cref="QuantizationException">A part derives its parameters by a function.</exception>
    public static string Write(QuantizationConfig config) => JsonValues.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        foreach ((string key, QuantizationSpecBase? spec) in (ReadOnlySpan<(string, QuantizationSpecBase?)>)
            [("input_activation", config.InputActivation), ("output_activation", config.OutputActivation), ("weight", config.Weight), ("bias", config.Bias)])
        {
            writer.WritePropertyName(key);
            QuantizationSpecJson.Write(writer, spec);
        }
        writer.WriteBoolean("is_qat", config.IsQat);
        writer.WriteEndObject();
    });

    /// <summary>The configuration that a text describes.</summary>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, or has an unknown key or a value of the wrong kind.</exception>
    public static QuantizationConfig Read(string json) => JsonValues.Read(json, Read, "quantizer's configuration");

    private static QuantizationConfig Read(JsonElement json)
    {
        JsonValues.CheckVersion(json, What, Version, Keys);
        QuantizationSpecBase? weight = Part("weight");
        if (weight is not (null or QuantizationSpec)) { throw new QuantizationException($"Found '{weight}' for the weight of {What}; expected null or a specification with an observer."); }
        return new(Part("input_activation"), Part("output_activation"), (QuantizationSpec?)weight, Part("bias"), json.TryGetProperty("is_qat", out JsonElement qat) && JsonValues.Flag(qat, $"'is_qat' of {What}"));

        QuantizationSpecBase? Part(string key) => json.TryGetProperty(key, out JsonElement part) ? QuantizationSpecJson.Read(part, $"'{key}' of {What}") : null;
    }
}
