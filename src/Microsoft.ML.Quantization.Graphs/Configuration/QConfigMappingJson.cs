using System.Collections.Immutable;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A <see cref="QConfigMapping"/> as JSON:
/// <code>
/// {
///   "version": 1,
///   "global": { "activation": { "observer": "MinMax", … }, "weight": { "observer": "PerChannelMinMax", … } },
///   "object_type": { "Softmax": null },
///   "module_name": { "head.0": null },
///   "module_name_regex": { "blocks\\.[0-3]": { … } },
///   "module_name_object_type_order": [ { "module_name": "net", "object_type": "Gemm", "index": 0, "qconfig": null } ]
/// }
/// </code>
/// null means "do not quantize". A configuration for training has fake-quantizers instead of observers:
/// <c>"weight": { "fake_quantize": "FakeQuantize", "observer": { … } }</c>. The order of the patterns counts. Equal mappings give equal bytes.
/// </summary>
public static class QConfigMappingJson
{
    private const int Version = 1;

    private const string Keys = "version, global, object_type, module_name, module_name_regex, module_name_object_type_order";

    /// <summary>The mapping as indented JSON with <c>\n</c> at line ends.</summary>
    public static string Write(QConfigMapping mapping) => JsonValues.Write(writer => Write(writer, mapping));

    /// <summary>The mapping that a text describes.</summary>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, or has an unknown key or a value of the wrong kind.</exception>
    public static QConfigMapping Read(string json) => JsonValues.Read(json, Read, "quantization configuration");

    internal static void Write(Utf8JsonWriter writer, QConfigMapping mapping)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WritePropertyName("global");
        QConfigJson.Write(writer, mapping.Global);
        WriteRules(writer, "object_type", mapping.ObjectTypes);
        WriteRules(writer, "module_name", mapping.ModuleNames);
        WriteRules(writer, "module_name_regex", mapping.ModuleNamePatterns);
        if (mapping.Orders.Length > 0) { WriteOrders(writer, mapping.Orders); }
        writer.WriteEndObject();
    }

    internal static QConfigMapping Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) { throw Wrong("the configuration", json, $"an object with {Keys}"); }
        JsonFields.Check(json, "the quantization configuration", Keys);
        if (!json.TryGetProperty("version", out JsonElement version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int number))
        {
            throw new QuantizationException("""The quantization configuration lacks its version; add "version": 1.""");
        }
        if (number != Version) { throw new QuantizationException($"The quantization configuration has version {number}; this package reads version {Version}. Use a newer package."); }

        QConfigMapping mapping = QConfigMapping.Empty;
        foreach (JsonProperty entry in json.EnumerateObject())
        {
            mapping = entry.Name switch
            {
                "global" => mapping.SetGlobal(QConfigJson.Read(entry.Value, "global")),
                "object_type" => Rules(mapping, entry, static (all, name, config) => all.SetObjectType(name, config)),
                "module_name" => Rules(mapping, entry, static (all, name, config) => all.SetModuleName(name, config)),
                "module_name_regex" => Rules(mapping, entry, static (all, name, config) => all.SetModuleNameRegex(name, config)),
                "module_name_object_type_order" => Orders(mapping, entry.Value),
                _ => mapping,
            };
        }
        return mapping;
    }

    private static void WriteRules(Utf8JsonWriter writer, string key, ImmutableArray<KeyValuePair<string, QConfig?>> rules)
    {
        if (rules.Length == 0) { return; }
        writer.WriteStartObject(key);
        foreach ((string name, QConfig? config) in rules)
        {
            writer.WritePropertyName(name);
            QConfigJson.Write(writer, config);
        }
        writer.WriteEndObject();
    }

    private static void WriteOrders(Utf8JsonWriter writer, ImmutableArray<KeyValuePair<ModuleNameObjectTypeOrder, QConfig?>> orders)
    {
        writer.WriteStartArray("module_name_object_type_order");
        foreach ((ModuleNameObjectTypeOrder order, QConfig? config) in orders)
        {
            writer.WriteStartObject();
            writer.WriteString("module_name", order.ModuleName);
            writer.WriteString("object_type", order.ObjectType);
            writer.WriteNumber("index", order.Index);
            writer.WritePropertyName("qconfig");
            QConfigJson.Write(writer, config);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static QConfigMapping Rules(QConfigMapping mapping, JsonProperty entry, Func<QConfigMapping, string, QConfig?, QConfigMapping> set)
    {
        if (entry.Value.ValueKind != JsonValueKind.Object) { throw Wrong(entry.Name, entry.Value, "an object of names and configurations"); }
        JsonFields.Check(entry.Value, $"'{entry.Name}'", null);
        foreach (JsonProperty rule in entry.Value.EnumerateObject()) { mapping = set(mapping, rule.Name, QConfigJson.Read(rule.Value, $"{entry.Name} '{rule.Name}'")); }
        return mapping;
    }

    private static QConfigMapping Orders(QConfigMapping mapping, JsonElement json)
    {
        const string Where = "module_name_object_type_order", Fields = "module_name, object_type, index, qconfig";
        if (json.ValueKind != JsonValueKind.Array) { throw Wrong(Where, json, "an array"); }
        foreach (JsonElement item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) { throw Wrong(Where, item, $"objects with {Fields}"); }
            JsonFields.Check(item, $"'{Where}'", Fields);
            if (!(item.TryGetProperty("module_name", out JsonElement module) && module.ValueKind == JsonValueKind.String
                && item.TryGetProperty("object_type", out JsonElement type) && type.ValueKind == JsonValueKind.String
                && item.TryGetProperty("index", out JsonElement index) && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out int number)
                && item.TryGetProperty("qconfig", out JsonElement config)))
            {
                throw Wrong(Where, item, $"two texts, an integer and a configuration for {Fields}");
            }
            mapping = mapping.SetModuleNameObjectTypeOrder(module.GetString()!, type.GetString()!, number, QConfigJson.Read(config, Where));
        }
        return mapping;
    }

    private static QuantizationException Wrong(string where, JsonElement json, string expected) =>
        new($"The quantization configuration has {json.ValueKind} in {where}; expected {expected}.");
}
