using System.Text.Json;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>
/// A <see cref="FakeQuantizeSpec"/> as JSON: <c>{"fake_quantize":"FakeQuantize","observer":{"observer":"MinMax",…}}</c>, the observer as
/// <see cref="ObserverSpecJson"/> has it.
/// </summary>
/// <remarks>
/// <c>scale</c>, <c>zero_point</c> and <c>use_grad_scaling</c>, which only <c>LearnableFakeQuantize</c> looks at, are written when they differ from
/// the default. The order is fixed, so equal settings give equal bytes.
/// </remarks>
public static class FakeQuantizeSpecJson
{
    private const string Keys = "fake_quantize, observer, scale, zero_point, use_grad_scaling";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="QuantizationException">A key is unknown or missing, or its value is of the wrong kind.</exception>
    public static FakeQuantizeSpec Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) { throw new QuantizationException($"Found {json.ValueKind} for a fake-quantizer; expected an object with {Keys}."); }
        (string? name, ObserverSpec? observer) = (null, null);
        var rest = new FakeQuantizeSpec { FakeQuantize = "", Observer = ObserverDefaults.Activation };
        foreach (JsonProperty property in json.EnumerateObject())
        {
            switch (property.Name)
            {
                case "fake_quantize": name = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : throw Wrong(property, "text"); break;
                case "observer": observer = ObserverSpecJson.Read(property.Value); break;
                case "scale": rest = rest with { InitialScale = Number(property) }; break;
                case "zero_point": rest = rest with { InitialZeroPoint = Number(property) }; break;
                case "use_grad_scaling": rest = rest with { UseGradientScaling = Flag(property) }; break;
                default: throw new QuantizationException($"A fake-quantizer's settings have the unknown key '{property.Name}'; expected {Keys}.");
            }
        }
        if (name is null or "" || observer is null) { throw new QuantizationException($"""A fake-quantizer's settings lack "{(observer is null ? "observer" : "fake_quantize")}"; state both."""); }
        return rest with { FakeQuantize = FakeQuantizeList.BuiltIn.Resolve(name), Observer = observer };
    }

    /// <summary>Writes the settings as one object.</summary>
    public static void Write(Utf8JsonWriter writer, FakeQuantizeSpec spec)
    {
        writer.WriteStartObject();
        writer.WriteString("fake_quantize", spec.FakeQuantize);
        writer.WritePropertyName("observer");
        ObserverSpecJson.Write(writer, spec.Observer);
        if (spec.InitialScale != 1f) { writer.WriteNumber("scale", spec.InitialScale); }
        if (spec.InitialZeroPoint != 0f) { writer.WriteNumber("zero_point", spec.InitialZeroPoint); }
        if (spec.UseGradientScaling) { writer.WriteBoolean("use_grad_scaling", true); }
        writer.WriteEndObject();
    }

    private static float Number(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetSingle() : throw Wrong(property, "a number");

    private static bool Flag(JsonProperty property) => property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? property.Value.GetBoolean() : throw Wrong(property, "true or false");

    private static QuantizationException Wrong(JsonProperty property, string expected) =>
        new($"A fake-quantizer's setting '{property.Name}' is {property.Value.GetRawText()}; expected {expected}.");
}
