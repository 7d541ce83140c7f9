using System.Collections.Immutable;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// <see cref="PrepareCustomConfig"/>, <see cref="ConvertCustomConfig"/> and <see cref="FuseCustomConfig"/> as JSON with the keys of PyTorch's
/// <c>to_dict</c>:
/// <code>
/// { "version": 1, "float_to_observed_custom_module_class": { "static": { "nn.LSTM": "nn.quantizable.LSTM" } }, "output_quantized_idxs": [ 0 ] }
/// </code>
/// What is empty is not written. Equal configurations give equal bytes.
/// </summary>
public static class CustomConfigJson
{
    private const int Version = 1;

    private const string PrepareKeys = "version, standalone_module_name, standalone_module_class, float_to_observed_custom_module_class, non_traceable_module_name, "
        + "non_traceable_module_class, input_quantized_idxs, output_quantized_idxs, preserved_attributes";

    private const string ConvertKeys = "version, observed_to_quantized_custom_module_class, preserved_attributes";

    private const string FuseKeys = "version, preserved_attributes";

    private const string StandaloneKeys = "qconfig_mapping, prepare_custom_config, backend_config";

    /// <summary>As indented JSON with <c>\n</c> at line ends.</summary>
    public static string Write(PrepareCustomConfig config) => JsonValues.Write(writer => Write(writer, config));

    /// <summary>As indented JSON with <c>\n</c> at line ends.</summary>
    public static string Write(ConvertCustomConfig config) => JsonValues.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        config.ObservedToQuantized.Write(writer, "observed_to_quantized_custom_module_class");
        WriteTexts(writer, "preserved_attributes", config.PreservedAttributes);
        writer.WriteEndObject();
    });

    /// <summary>As indented JSON with <c>\n</c> at line ends.</summary>
    public static string Write(FuseCustomConfig config) => JsonValues.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        WriteTexts(writer, "preserved_attributes", config.PreservedAttributes);
        writer.WriteEndObject();
    });

    /// <summary>The configuration that a text describes.</summary>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, or has an unknown key or a value of the wrong kind.</exception>
    public static PrepareCustomConfig ReadPrepare(string json) => JsonValues.Read(json, root => Prepare(root, "the prepare custom configuration"), "prepare custom configuration");

    /// <summary>The configuration that a text describes.</summary>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, or has an unknown key or a value of the wrong kind.</exception>
    public static ConvertCustomConfig ReadConvert(string json) => JsonValues.Read(json, root =>
    {
        JsonValues.CheckVersion(root, "the convert custom configuration", Version, ConvertKeys);
        return new ConvertCustomConfig
        {
            ObservedToQuantized = root.TryGetProperty("observed_to_quantized_custom_module_class", out JsonElement modules) ? CustomModules.Read(modules, "'observed_to_quantized_custom_module_class'") : CustomModules.Empty,
            PreservedAttributes = Texts(root, "preserved_attributes"),
        };
    }, "convert custom configuration");

    /// <summary>The configuration that a text describes.</summary>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, or has an unknown key or a value of the wrong kind.</exception>
    public static FuseCustomConfig ReadFuse(string json) => JsonValues.Read(json, root =>
    {
        JsonValues.CheckVersion(root, "the fuse custom configuration", Version, FuseKeys);
        return new FuseCustomConfig { PreservedAttributes = Texts(root, "preserved_attributes") };
    }, "fuse custom configuration");

    private static void Write(Utf8JsonWriter writer, PrepareCustomConfig config)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        WriteStandalone(writer, "standalone_module_name", config.StandaloneModuleNames);
        WriteStandalone(writer, "standalone_module_class", config.StandaloneModuleClasses);
        config.FloatToObserved.Write(writer, "float_to_observed_custom_module_class");
        WriteTexts(writer, "non_traceable_module_name", config.NonTraceableModuleNames);
        WriteTexts(writer, "non_traceable_module_class", config.NonTraceableModuleClasses);
        WriteIndexes(writer, "input_quantized_idxs", config.InputQuantizedIndexes);
        WriteIndexes(writer, "output_quantized_idxs", config.OutputQuantizedIndexes);
        WriteTexts(writer, "preserved_attributes", config.PreservedAttributes);
        writer.WriteEndObject();
    }

    private static PrepareCustomConfig Prepare(JsonElement json, string where)
    {
        JsonValues.CheckVersion(json, where, Version, PrepareKeys);
        return new()
        {
            StandaloneModuleNames = Standalone(json, "standalone_module_name"),
            StandaloneModuleClasses = Standalone(json, "standalone_module_class"),
            FloatToObserved = json.TryGetProperty("float_to_observed_custom_module_class", out JsonElement modules) ? CustomModules.Read(modules, "'float_to_observed_custom_module_class'") : CustomModules.Empty,
            NonTraceableModuleNames = Texts(json, "non_traceable_module_name"),
            NonTraceableModuleClasses = Texts(json, "non_traceable_module_class"),
            InputQuantizedIndexes = Indexes(json, "input_quantized_idxs"),
            OutputQuantizedIndexes = Indexes(json, "output_quantized_idxs"),
            PreservedAttributes = Texts(json, "preserved_attributes"),
        };
    }

    private static void WriteStandalone(Utf8JsonWriter writer, string key, ImmutableSortedDictionary<string, StandaloneModule> modules)
    {
        if (modules.IsEmpty) { return; }
        writer.WriteStartObject(key);
        foreach ((string name, StandaloneModule module) in modules)
        {
            writer.WriteStartObject(name);
            if (module.QConfigs is { } mapping)
            {
                writer.WritePropertyName("qconfig_mapping");
                QConfigMappingJson.Write(writer, mapping);
            }
            if (module.Custom is { } custom)
            {
                writer.WritePropertyName("prepare_custom_config");
                Write(writer, custom);
            }
            if (module.Backend is { } backend)
            {
                writer.WritePropertyName("backend_config");
                BackendConfigJson.Write(writer, backend);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static ImmutableSortedDictionary<string, StandaloneModule> Standalone(JsonElement json, string key)
    {
        var modules = ImmutableSortedDictionary.CreateBuilder<string, StandaloneModule>(StringComparer.Ordinal);
        if (!json.TryGetProperty(key, out JsonElement entries)) { return modules.ToImmutable(); }
        JsonValues.Object(entries, $"'{key}'", null);
        foreach (JsonProperty entry in entries.EnumerateObject())
        {
            string where = $"'{entry.Name}' of '{key}'";
            JsonValues.Object(entry.Value, where, StandaloneKeys);
            modules.Add(entry.Name, new(
                entry.Value.TryGetProperty("qconfig_mapping", out JsonElement mapping) ? QConfigMappingJson.Read(mapping) : null,
                entry.Value.TryGetProperty("prepare_custom_config", out JsonElement custom) ? Prepare(custom, $"'prepare_custom_config' of {where}") : null,
                entry.Value.TryGetProperty("backend_config", out JsonElement backend) ? BackendConfigJson.Read(backend) : null));
        }
        return modules.ToImmutable();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string key, ImmutableArray<string> texts)
    {
        if (texts.IsEmpty) { return; }
        writer.WriteStartArray(key);
        foreach (string text in texts) { writer.WriteStringValue(text); }
        writer.WriteEndArray();
    }

    private static void WriteIndexes(Utf8JsonWriter writer, string key, ImmutableArray<int> indexes)
    {
        if (indexes.IsEmpty) { return; }
        writer.WriteStartArray(key);
        foreach (int index in indexes) { writer.WriteNumberValue(index); }
        writer.WriteEndArray();
    }

    private static ImmutableArray<string> Texts(JsonElement json, string key) => json.TryGetProperty(key, out JsonElement items) ? [.. JsonValues.Items(items, $"'{key}'").Select(item => JsonValues.Text(item, $"an item of '{key}'"))] : [];

    private static ImmutableArray<int> Indexes(JsonElement json, string key) => !json.TryGetProperty(key, out JsonElement items) ? []
        : [.. JsonValues.Items(items, $"'{key}'").Select(item => JsonValues.Integer(item, $"an item of '{key}'")).Select(index => index >= 0 ? index
            : throw new QuantizationException($"Found {index} in '{key}'; expected an index from 0 on."))];
}
