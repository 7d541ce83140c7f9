using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A <see cref="QuantizationSpecBase"/> as JSON with PyTorch's names: <c>{"dtype":"qint8","quant_min":-128,"quant_max":127,"qscheme":"per_tensor_affine","observer":{…}}</c>,
/// <c>{"dtype":"quint8","scale":0.00390625,"zero_point":0}</c> or <c>{"shared_with":{"value":"x","reader":"cat"}}</c>. What is null is left out. Derived specifications hold a function and have no such form.
/// </summary>
internal static class QuantizationSpecJson
{
    private const string Keys = "dtype, quant_min, quant_max, qscheme, ch_axis, is_dynamic, fake_quantize, observer, scale, zero_point, shared_with";
    private const string PointKeys = "value, reader";

    /// <exception cref="QuantizationException">It is derived by a function.</exception>
    public static void Write(Utf8JsonWriter writer, QuantizationSpecBase? spec)
    {
        switch (spec)
        {
            case null:
                writer.WriteNullValue();
                return;
            case DerivedQuantizationSpec derived:
                throw new QuantizationException($"The specification '{derived}' derives its parameters by a function, which JSON cannot hold; expected one with an observer, fixed parameters or sharing.");
        }
        writer.WriteStartObject();
        if (spec is SharedQuantizationSpec shared)
        {
            writer.WriteStartObject("shared_with");
            writer.WriteString("value", shared.EdgeOrNode.Value);
            if (shared.EdgeOrNode.Reader is { } reader) { writer.WriteString("reader", reader); }
            writer.WriteEndObject();
        }
        else if (spec is FixedQParamsQuantizationSpec known)
        {
            Codes(writer, known.DType, known.QuantMin, known.QuantMax, known.QScheme);
            writer.WriteNumber("scale", known.Scale);
            writer.WriteNumber("zero_point", known.ZeroPoint);
        }
        else if (spec is QuantizationSpec observed)
        {
            Codes(writer, observed.DType, observed.QuantMin, observed.QuantMax, observed.QScheme);
            if (observed.ChAxis is { } axis) { writer.WriteNumber("ch_axis", axis); }
            if (observed.IsDynamic) { writer.WriteBoolean("is_dynamic", true); }
            if (observed.FakeQuantize is { } fake) { writer.WriteString("fake_quantize", fake); }
            writer.WritePropertyName("observer");
            ObserverSpecJson.Write(writer, observed.ObserverOrFakeQuantize);
        }
        writer.WriteEndObject();
    }

    /// <exception cref="QuantizationException">It describes no specification.</exception>
    public static QuantizationSpecBase? Read(JsonElement json, string where)
    {
        if (json.ValueKind == JsonValueKind.Null) { return null; }
        JsonValues.Object(json, where, Keys);
        if (json.TryGetProperty("shared_with", out JsonElement shared)) { return new SharedQuantizationSpec(Point(shared, $"'shared_with' of {where}")); }
        if (!json.TryGetProperty("dtype", out JsonElement dtype)) { throw new QuantizationException($"Found no 'dtype' in {where}; expected an element type, e.g. qint8, or 'shared_with'."); }
        ElementType type = JsonValues.Type(dtype, $"'dtype' of {where}");
        (int? low, int? high, QScheme? scheme) = (Integer(json, "quant_min", where), Integer(json, "quant_max", where), Scheme(json, where));
        if (json.TryGetProperty("scale", out JsonElement scale))
        {
            return new FixedQParamsQuantizationSpec(type, JsonValues.Number(scale, $"'scale' of {where}"), Integer(json, "zero_point", where) ?? throw new QuantizationException($"Found 'scale' without 'zero_point' in {where}; expected both."), low, high, scheme ?? QScheme.PerTensorAffine);
        }
        if (!json.TryGetProperty("observer", out JsonElement observer)) { throw new QuantizationException($"Found neither 'observer' nor 'scale' in {where}; expected one of them."); }
        return new QuantizationSpec(type, ObserverSpecJson.Read(observer), low, high, scheme, Integer(json, "ch_axis", where), json.TryGetProperty("is_dynamic", out JsonElement dynamic) && JsonValues.Flag(dynamic, $"'is_dynamic' of {where}"))
        {
            FakeQuantize = json.TryGetProperty("fake_quantize", out JsonElement fake) ? JsonValues.Text(fake, $"'fake_quantize' of {where}") : null,
        };
    }

    private static void Codes(Utf8JsonWriter writer, ElementType type, int? low, int? high, QScheme? scheme)
    {
        writer.WriteString("dtype", type.Name());
        if (low is { } least) { writer.WriteNumber("quant_min", least); }
        if (high is { } most) { writer.WriteNumber("quant_max", most); }
        if (scheme is { } map) { writer.WriteString("qscheme", map.Name()); }
    }

    private static QuantizationPoint Point(JsonElement json, string where)
    {
        JsonValues.Object(json, where, PointKeys);
        if (!json.TryGetProperty("value", out JsonElement value)) { throw new QuantizationException($"Found no 'value' in {where}; expected the name of a value."); }
        return new(JsonValues.Text(value, $"'value' of {where}"), json.TryGetProperty("reader", out JsonElement reader) ? JsonValues.Text(reader, $"'reader' of {where}") : null);
    }

    private static int? Integer(JsonElement json, string key, string where) => json.TryGetProperty(key, out JsonElement value) ? JsonValues.Integer(value, $"'{key}' of {where}") : null;

    private static QScheme? Scheme(JsonElement json, string where) => json.TryGetProperty("qscheme", out JsonElement value) ? QSchemes.Parse(JsonValues.Text(value, $"'qscheme' of {where}")) : null;
}
