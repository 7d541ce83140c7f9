using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// An <see cref="ObserverSpec"/> as JSON with PyTorch's names:
/// <c>{"observer":"MinMax","dtype":"quint8","qscheme":"per_tensor_affine","quant_min":0,"quant_max":127}</c>.
/// </summary>
/// <remarks>
/// Only <c>observer</c> must be present. <c>observer</c>, <c>dtype</c> and <c>qscheme</c> are always written; <c>quant_min</c>, <c>quant_max</c>,
/// <c>reduce_range</c>, <c>eps</c>, <c>ch_axis</c>, <c>averaging_constant</c>, <c>bins</c>, <c>scale</c>, <c>zero_point</c>, <c>is_dynamic</c>,
/// <c>cap</c> and <c>percentile</c> when they differ from the default. The order is fixed, so equal settings give equal bytes. PyTorch's class
/// names are read as ours: <c>MinMaxObserver</c> means <c>MinMax</c>.
/// </remarks>
public static class ObserverSpecJson
{
    private const string Keys = "observer, dtype, qscheme, quant_min, quant_max, reduce_range, eps, ch_axis, averaging_constant, bins, scale, zero_point, is_dynamic, cap, percentile";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="QuantizationException">A key is unknown or missing, or its value is of the wrong kind.</exception>
    public static ObserverSpec Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) { throw new QuantizationException($"Found {json.ValueKind} for an observer; expected an object with {Keys}."); }
        var spec = new ObserverSpec { Observer = "" };
        foreach (JsonProperty property in json.EnumerateObject()) { spec = With(spec, property); }
        return spec.Observer.Length > 0 ? spec : throw new QuantizationException("""An observer's settings lack its name; add "observer", e.g. "MinMax".""");
    }

    /// <summary>Writes the settings as one object.</summary>
    public static void Write(Utf8JsonWriter writer, ObserverSpec spec)
    {
        var plain = new ObserverSpec { Observer = spec.Observer };
        writer.WriteStartObject();
        writer.WriteString("observer", spec.Observer);
        writer.WriteString("dtype", spec.Type.Name());
        writer.WriteString("qscheme", spec.Scheme.Name());
        if (spec.QuantMin is { } low) { writer.WriteNumber("quant_min", low); }
        if (spec.QuantMax is { } high) { writer.WriteNumber("quant_max", high); }
        if (spec.ReduceRange) { writer.WriteBoolean("reduce_range", true); }
        if (spec.Eps != plain.Eps) { writer.WriteNumber("eps", spec.Eps); }
        if (spec.ChannelAxis != plain.ChannelAxis) { writer.WriteNumber("ch_axis", spec.ChannelAxis); }
        if (spec.AveragingConstant != plain.AveragingConstant) { writer.WriteNumber("averaging_constant", spec.AveragingConstant); }
        if (spec.Bins != plain.Bins) { writer.WriteNumber("bins", spec.Bins); }
        if (spec.Scale is { } scale) { writer.WriteNumber("scale", scale); }
        if (spec.ZeroPoint is { } zeroPoint) { writer.WriteNumber("zero_point", zeroPoint); }
        if (spec.IsDynamic) { writer.WriteBoolean("is_dynamic", true); }
        if (spec.Cap != plain.Cap) { writer.WriteNumber("cap", spec.Cap); }
        if (spec.Percentile != plain.Percentile) { writer.WriteNumber("percentile", spec.Percentile); }
        writer.WriteEndObject();
    }

    private static ObserverSpec With(ObserverSpec spec, JsonProperty property) => property.Name switch
    {
        "observer" => spec with { Observer = ObserverList.BuiltIn.Resolve(Text(property)) },
        "dtype" => spec with { Type = ElementTypes.Parse(Text(property)) },
        "qscheme" => spec with { Scheme = QSchemes.Parse(Text(property)) },
        "quant_min" => spec with { QuantMin = IsNull(property) ? null : Integer(property) },
        "quant_max" => spec with { QuantMax = IsNull(property) ? null : Integer(property) },
        "reduce_range" => spec with { ReduceRange = Flag(property) },
        "eps" => spec with { Eps = Number(property) },
        "ch_axis" => spec with { ChannelAxis = Integer(property) },
        "averaging_constant" => spec with { AveragingConstant = Number(property) },
        "bins" => spec with { Bins = Integer(property) },
        "scale" => spec with { Scale = IsNull(property) ? null : Number(property) },
        "zero_point" => spec with { ZeroPoint = IsNull(property) ? null : Integer(property) },
        "is_dynamic" => spec with { IsDynamic = Flag(property) },
        "cap" => spec with { Cap = Integer(property) },
        "percentile" => spec with { Percentile = Double(property) },
        _ => throw new QuantizationException($"An observer's settings have the unknown key '{property.Name}'; expected {Keys}."),
    };

    private static bool IsNull(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Null;

    private static string Text(JsonProperty property) => property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : throw Wrong(property, "text");

    private static int Integer(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int value) ? value : throw Wrong(property, "an integer");

    private static float Number(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetSingle() : throw Wrong(property, "a number");

    private static double Double(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetDouble() : throw Wrong(property, "a number");

    private static bool Flag(JsonProperty property) => property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? property.Value.GetBoolean() : throw Wrong(property, "true or false");

    private static QuantizationException Wrong(JsonProperty property, string expected) =>
        new($"An observer's setting '{property.Name}' is {property.Value.GetRawText()}; expected {expected}.");
}
