using System.Text.Json;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A <see cref="QConfig"/> as JSON: <c>{"activation":{"observer":"MinMax", …},"weight":{"fake_quantize":"FakeQuantize","observer":{…}}}</c>.</summary>
internal static class QConfigJson
{
    private const string FakeQuantizeKeys = "fake_quantize, observer, initial_scale, initial_zero_point, use_gradient_scaling";

    public static void Write(Utf8JsonWriter writer, QConfig? config)
    {
        if (config is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        Write(writer, "activation", config.Activation, config.ActivationFakeQuantize);
        Write(writer, "weight", config.Weight, config.WeightFakeQuantize);
        writer.WriteEndObject();
    }

    public static QConfig? Read(JsonElement json, string where)
    {
        if (json.ValueKind == JsonValueKind.Null) { return null; }
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new QuantizationException($"The quantization configuration has {json.ValueKind} in {where}; expected null, or an object with activation and weight.");
        }
        JsonFields.Check(json, where, "activation, weight");
        (ObserverSpec? activation, FakeQuantizeSpec? activationFake) = Part(json, where, "activation");
        (ObserverSpec? weight, FakeQuantizeSpec? weightFake) = Part(json, where, "weight");
        return new(activation, weight) { ActivationFakeQuantize = activationFake, WeightFakeQuantize = weightFake };
    }

    private static void Write(Utf8JsonWriter writer, string name, ObserverSpec? observer, FakeQuantizeSpec? fake)
    {
        writer.WritePropertyName(name);
        if (observer is null) { writer.WriteNullValue(); }
        else if (fake is null) { ObserverSpecJson.Write(writer, observer); }
        else
        {
            writer.WriteStartObject();
            writer.WriteString("fake_quantize", fake.FakeQuantize);
            writer.WritePropertyName("observer");
            ObserverSpecJson.Write(writer, observer);
            if (fake.InitialScale != 1f) { writer.WriteNumber("initial_scale", fake.InitialScale); }
            if (fake.InitialZeroPoint != 0f) { writer.WriteNumber("initial_zero_point", fake.InitialZeroPoint); }
            if (fake.UseGradientScaling) { writer.WriteBoolean("use_gradient_scaling", true); }
            writer.WriteEndObject();
        }
    }

    private static (ObserverSpec? Observer, FakeQuantizeSpec? Fake) Part(JsonElement json, string where, string name)
    {
        if (!json.TryGetProperty(name, out JsonElement part)) { throw new QuantizationException($"The quantization configuration lacks '{name}' in {where}; write null to leave it in float."); }
        if (part.ValueKind == JsonValueKind.Null) { return default; }
        try
        {
            return part.ValueKind == JsonValueKind.Object && part.TryGetProperty("fake_quantize", out _) ? (null, Fake(part)) : (ObserverSpecJson.Read(part), null);
        }
        catch (QuantizationException problem) { throw new QuantizationException($"In {where}, '{name}': {problem.Message}", problem); }
    }

    private static FakeQuantizeSpec Fake(JsonElement json)
    {
        JsonFields.Check(json, "a fake-quantizer's settings", FakeQuantizeKeys);
        if (!json.TryGetProperty("observer", out JsonElement observer)) { throw new QuantizationException("A fake-quantizer's settings lack 'observer'; expected an observer's settings."); }
        var spec = new FakeQuantizeSpec { FakeQuantize = JsonValues.Text(json.GetProperty("fake_quantize"), "'fake_quantize'"), Observer = ObserverSpecJson.Read(observer) };
        return spec with
        {
            InitialScale = json.TryGetProperty("initial_scale", out JsonElement scale) ? JsonValues.Number(scale, "'initial_scale'") : spec.InitialScale,
            InitialZeroPoint = json.TryGetProperty("initial_zero_point", out JsonElement zeroPoint) ? JsonValues.Number(zeroPoint, "'initial_zero_point'") : spec.InitialZeroPoint,
            UseGradientScaling = json.TryGetProperty("use_gradient_scaling", out JsonElement scaling) && JsonValues.Flag(scaling, "'use_gradient_scaling'"),
        };
    }
}
