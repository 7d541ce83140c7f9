using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A <see cref="DTypeConfig"/> as JSON with PyTorch's keys: <c>{"input_dtype":"quint8","output_dtype":"quint8","weight_dtype":"qint8"}</c>. A type
/// with demands is an object: <c>{"dtype":"qint8","scale_min_lower_bound":0.00024414062}</c>.
/// </summary>
internal static class DTypeConfigJson
{
    private const string Keys = "input_dtype, output_dtype, weight_dtype, bias_dtype, is_dynamic";

    private const string ConstraintKeys =
        "dtype, quant_min_lower_bound, quant_max_upper_bound, scale_min_lower_bound, scale_max_upper_bound, scale_exact_match, zero_point_exact_match";

    public static void Write(Utf8JsonWriter writer, DTypeConfig config)
    {
        writer.WriteStartObject();
        Write(writer, "input_dtype", config.Input);
        Write(writer, "output_dtype", config.Output);
        Write(writer, "weight_dtype", config.Weight);
        if (config.Bias is { } bias) { writer.WriteString("bias_dtype", bias.Name()); }
        if (config.IsDynamic) { writer.WriteBoolean("is_dynamic", true); }
        writer.WriteEndObject();
    }

    public static DTypeConfig Read(JsonElement json, string where)
    {
        JsonValues.Object(json, where, Keys);
        var config = new DTypeConfig();
        foreach (JsonProperty entry in json.EnumerateObject().Where(entry => entry.Value.ValueKind != JsonValueKind.Null))
        {
            string at = $"'{entry.Name}' of {where}";
            config = entry.Name switch
            {
                "input_dtype" => config with { Input = Constraints(entry.Value, at) },
                "output_dtype" => config with { Output = Constraints(entry.Value, at) },
                "weight_dtype" => config with { Weight = Constraints(entry.Value, at) },
                "bias_dtype" => config with { Bias = JsonValues.Type(entry.Value, at) },
                _ => config with { IsDynamic = JsonValues.Flag(entry.Value, at) },
            };
        }
        return config;
    }

    private static void Write(Utf8JsonWriter writer, string key, DTypeWithConstraints? type)
    {
        if (type is null) { return; }
        if (type.IsPlain)
        {
            writer.WriteString(key, type.Type.Name());
            return;
        }
        writer.WriteStartObject(key);
        writer.WriteString("dtype", type.Type.Name());
        if (type.QuantMinLowerBound is { } low) { writer.WriteNumber("quant_min_lower_bound", low); }
        if (type.QuantMaxUpperBound is { } high) { writer.WriteNumber("quant_max_upper_bound", high); }
        if (type.ScaleMinLowerBound is { } smallest) { writer.WriteNumber("scale_min_lower_bound", smallest); }
        if (type.ScaleMaxUpperBound is { } largest) { writer.WriteNumber("scale_max_upper_bound", largest); }
        if (type.ScaleExactMatch is { } scale) { writer.WriteNumber("scale_exact_match", scale); }
        if (type.ZeroPointExactMatch is { } zeroPoint) { writer.WriteNumber("zero_point_exact_match", zeroPoint); }
        writer.WriteEndObject();
    }

    private static DTypeWithConstraints Constraints(JsonElement json, string where)
    {
        if (json.ValueKind == JsonValueKind.String) { return JsonValues.Type(json, where); }
        JsonValues.Object(json, where, ConstraintKeys);
        if (!json.TryGetProperty("dtype", out JsonElement dtype)) { throw new QuantizationException($"{where} lacks 'dtype'; expected an element type, e.g. qint8."); }
        var type = new DTypeWithConstraints(JsonValues.Type(dtype, where));
        foreach (JsonProperty entry in json.EnumerateObject().Where(entry => entry.Value.ValueKind != JsonValueKind.Null))
        {
            string at = $"'{entry.Name}' of {where}";
            type = entry.Name switch
            {
                "quant_min_lower_bound" => type with { QuantMinLowerBound = JsonValues.Integer(entry.Value, at) },
                "quant_max_upper_bound" => type with { QuantMaxUpperBound = JsonValues.Integer(entry.Value, at) },
                "scale_min_lower_bound" => type with { ScaleMinLowerBound = JsonValues.Number(entry.Value, at) },
                "scale_max_upper_bound" => type with { ScaleMaxUpperBound = JsonValues.Number(entry.Value, at) },
                "scale_exact_match" => type with { ScaleExactMatch = JsonValues.Number(entry.Value, at) },
                "zero_point_exact_match" => type with { ZeroPointExactMatch = JsonValues.Integer(entry.Value, at) },
                _ => type,
            };
        }
        return type;
    }
}
