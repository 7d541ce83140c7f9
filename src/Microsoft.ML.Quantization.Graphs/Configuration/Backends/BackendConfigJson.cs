using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A <see cref="BackendConfig"/> as JSON with the keys of PyTorch's <c>to_dict</c>:
/// <code>
/// {
///   "version": 1,
///   "name": "mine",
///   "configs": [ {
///     "pattern": ["nn.Conv2d", "nn.ReLU"],
///     "observation_type": "OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT",
///     "dtype_configs": [ { "input_dtype": "quint8", "output_dtype": "quint8", "weight_dtype": "qint8", "bias_dtype": "float32" } ],
///     "root_module": "nn.Conv2d", "qat_module": …, "reference_quantized_module_for_root": …, "fused_module": …, "fuser_method": …,
///     "input_type_to_index": { "weight": 1 }, "num_tensor_args_to_observation_type": { "1": … }
///   } ]
/// }
/// </code>
/// A pattern is a name, or an array of names in order of execution. One that branches has the key <c>pattern_complex_format</c> and is written
/// from the end: <c>["operator.add", "nn.Conv2d", "*"]</c>, where <c>*</c> is anything. Equal configurations give equal bytes.
/// </summary>
public static class BackendConfigJson
{
    private const int Version = 1;

    private const string Keys = "version, name, configs";

    private const string PatternKeys = "pattern, pattern_complex_format, observation_type, dtype_configs, root_module, qat_module, reference_quantized_module_for_root, "
        + "fused_module, fuser_method, input_type_to_index, num_tensor_args_to_observation_type, input_output_observed";

    /// <summary>The configuration as indented JSON with <c>\n</c> at line ends. PyTorch's <c>BackendConfig.to_dict</c>.</summary>
    public static string Write(BackendConfig backend) => JsonValues.Write(writer => Write(writer, backend));

    /// <summary>The configuration that a text describes. PyTorch's <c>BackendConfig.from_dict</c>.</summary>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, or has an unknown key or a value of the wrong kind.</exception>
    public static BackendConfig Read(string json) => JsonValues.Read(json, Read, "backend configuration");

    internal static void Write(Utf8JsonWriter writer, BackendConfig backend)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteString("name", backend.Name);
        writer.WriteStartArray("configs");
        foreach (BackendPatternConfig config in backend.Configs) { Write(writer, config); }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static BackendConfig Read(JsonElement json)
    {
        JsonValues.CheckVersion(json, "the backend configuration", Version, Keys);
        var backend = new BackendConfig(json.TryGetProperty("name", out JsonElement name) ? JsonValues.Text(name, "'name' of the backend configuration") : "");
        return !json.TryGetProperty("configs", out JsonElement configs) ? backend
            : backend.SetBackendPatternConfigs(JsonValues.Items(configs, "'configs' of the backend configuration").Select((config, i) => Pattern(config, $"configs[{i}]")));
    }

    private static void Write(Utf8JsonWriter writer, BackendPatternConfig config)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(config.Pattern.IsChain ? "pattern" : "pattern_complex_format");
        if (config.Pattern.IsChain) { WriteChain(writer, config.Pattern.Chain); }
        else { WriteTree(writer, config.Pattern); }
        writer.WriteString("observation_type", config.Observation.Name());
        writer.WriteStartArray("dtype_configs");
        foreach (DTypeConfig dtypes in config.DTypes) { DTypeConfigJson.Write(writer, dtypes); }
        writer.WriteEndArray();
        if (config.RootModule is { } root) { writer.WriteString("root_module", root); }
        if (config.QatModule is { } qat) { writer.WriteString("qat_module", qat); }
        if (config.ReferenceQuantizedModule is { } reference) { writer.WriteString("reference_quantized_module_for_root", reference); }
        if (config.FusedModule is { } fused) { writer.WriteString("fused_module", fused); }
        if (config.FuserMethod is { } method) { writer.WriteString("fuser_method", method); }
        if (!config.InputTypeToIndex.IsEmpty)
        {
            writer.WriteStartObject("input_type_to_index");
            foreach ((string name, int index) in config.InputTypeToIndex) { writer.WriteNumber(name, index); }
            writer.WriteEndObject();
        }
        if (!config.NumTensorArgsToObservationType.IsEmpty)
        {
            writer.WriteStartObject("num_tensor_args_to_observation_type");
            foreach ((int count, ObservationType type) in config.NumTensorArgsToObservationType) { writer.WriteString(count.ToString(CultureInfo.InvariantCulture), type.Name()); }
            writer.WriteEndObject();
        }
        if (!config.InputOutputObserved) { writer.WriteBoolean("input_output_observed", false); }
        writer.WriteEndObject();
    }

    private static void WriteChain(Utf8JsonWriter writer, ImmutableArray<string> operators)
    {
        if (operators.Length > 1) { writer.WriteStartArray(); }
        foreach (string name in operators) { writer.WriteStringValue(name); }
        if (operators.Length > 1) { writer.WriteEndArray(); }
    }

    private static void WriteTree(Utf8JsonWriter writer, BackendPattern pattern)
    {
        if (!pattern.Inputs.IsEmpty) { writer.WriteStartArray(); }
        writer.WriteStringValue(pattern.Name);
        foreach (BackendPattern input in pattern.Inputs) { WriteTree(writer, input); }
        if (!pattern.Inputs.IsEmpty) { writer.WriteEndArray(); }
    }

    private static BackendPatternConfig Pattern(JsonElement json, string where)
    {
        JsonValues.Object(json, where, PatternKeys);
        BackendPattern pattern =
            json.TryGetProperty("pattern", out JsonElement chain) ? BackendPattern.Of([.. chain.ValueKind == JsonValueKind.Array ? chain.EnumerateArray().Select(name => JsonValues.Text(name, $"'pattern' of {where}")) : [JsonValues.Text(chain, $"'pattern' of {where}")]])
            : json.TryGetProperty("pattern_complex_format", out JsonElement tree) ? Tree(tree, $"'pattern_complex_format' of {where}")
            : throw new QuantizationException($"{where} of the backend configuration lacks 'pattern'; expected a name or an array of names, e.g. \"nn.Conv2d\".");
        var config = new BackendPatternConfig(pattern);
        foreach (JsonProperty entry in json.EnumerateObject().Where(entry => entry.Value.ValueKind != JsonValueKind.Null))
        {
            string at = $"'{entry.Name}' of {where}";
            config = entry.Name switch
            {
                "observation_type" => config with { Observation = ObservationTypes.Parse(JsonValues.Text(entry.Value, at)) },
                "dtype_configs" => config with { DTypes = [.. JsonValues.Items(entry.Value, at).Select((item, i) => DTypeConfigJson.Read(item, $"dtype_configs[{i}] of {where}"))] },
                "root_module" => config with { RootModule = JsonValues.Text(entry.Value, at) },
                "qat_module" => config with { QatModule = JsonValues.Text(entry.Value, at) },
                "reference_quantized_module_for_root" => config with { ReferenceQuantizedModule = JsonValues.Text(entry.Value, at) },
                "fused_module" => config with { FusedModule = JsonValues.Text(entry.Value, at) },
                "fuser_method" => config with { FuserMethod = JsonValues.Text(entry.Value, at) },
                "input_type_to_index" => config with { InputTypeToIndex = WeightedPatterns.Positions([.. Entries(entry.Value, at).Select(item => (item.Name, JsonValues.Integer(item.Value, at)))]) },
                "num_tensor_args_to_observation_type" => config with { NumTensorArgsToObservationType = Entries(entry.Value, at).ToImmutableSortedDictionary(item => Count(item.Name, at), item => ObservationTypes.Parse(JsonValues.Text(item.Value, at))) },
                "input_output_observed" => config with { InputOutputObserved = JsonValues.Flag(entry.Value, at) },
                _ => config,
            };
        }
        return config;
    }

    // Recursion ends: the reader refuses JSON nested deeper than 64.
    private static BackendPattern Tree(JsonElement json, string where)
    {
        if (json.ValueKind == JsonValueKind.String) { return BackendPattern.Join(json.GetString()!); }
        JsonElement[] items = [.. JsonValues.Items(json, where)];
        return items.Length > 0 ? BackendPattern.Join(JsonValues.Text(items[0], where), [.. items.Skip(1).Select(item => Tree(item, where))])
            : throw new QuantizationException($"Found an empty array for {where}; expected the name of the last operator and what computes its inputs.");
    }

    private static IEnumerable<JsonProperty> Entries(JsonElement json, string where)
    {
        JsonValues.Object(json, where, null);
        return json.EnumerateObject();
    }

    private static int Count(string text, string where) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count
        : throw new QuantizationException($"Found the key '{text}' in {where}; expected a number of arguments, e.g. 2.");
}
