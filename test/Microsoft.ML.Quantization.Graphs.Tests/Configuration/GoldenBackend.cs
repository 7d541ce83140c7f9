using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Configuration;

/// <summary>Backends of <c>defaults.json</c> and ours, in the same words.</summary>
internal static class GoldenBackend
{
    // max_pool1d, 2d and 3d are one inner function to Python, which prints this for each of them.
    private const string Dispatched = "nn.functional.boolean_dispatch.<locals>.fn";

    public static string[] Lines(JsonElement patterns) => [.. patterns.EnumerateArray().Select(Line)];

    public static string[] Lines(BackendConfig backend) => [.. backend.Configs.Select(Line)];

    private static string Line(JsonElement json) => Join(json.EnumerateObject().Select(entry => (entry.Name, entry.Name switch
    {
        "pattern" => Pattern(entry.Value).ToString(),
        "dtype_configs" => string.Join("; ", entry.Value.EnumerateArray().Select(Types)),
        "input_type_to_index" or "num_tensor_args_to_observation_type" => Sorted(entry.Value.EnumerateObject().Select(item => $"{item.Name}:{item.Value}")),
        "has_fuser_method" or "input_output_observed" => entry.Value.GetRawText(),
        _ => TorchNames.Normalize(entry.Value.GetString()!),
    })));

    private static string Line(BackendPatternConfig config)
    {
        var settings = new List<(string, string)>
        {
            ("pattern", string.Join(", ", config.Pattern.Chain.Select(name => name is "nn.functional.max_pool1d" or "nn.functional.max_pool2d" or "nn.functional.max_pool3d" ? Dispatched : name))),
            ("observation_type", Name(config.Observation)),
            ("dtype_configs", string.Join("; ", config.DTypes.Select(Types))),
        };
        void Add(string name, string? value) => settings.AddRange(value is null ? [] : [(name, value)]);
        Add("root_module", config.RootModule);
        Add("qat_module", config.QatModule);
        Add("reference_quantized_module", config.ReferenceQuantizedModule);
        Add("fused_module", config.FusedModule);
        Add("has_fuser_method", config.FuserMethod is null ? null : "true");
        Add("input_output_observed", config.InputOutputObserved ? null : "false");
        Add("input_type_to_index", config.InputTypeToIndex.IsEmpty ? null : Sorted(config.InputTypeToIndex.Select(item => $"{item.Key}:{item.Value}")));
        Add("num_tensor_args_to_observation_type", config.NumTensorArgsToObservationType.IsEmpty ? null : Sorted(config.NumTensorArgsToObservationType.Select(item => $"{item.Key}:{Name(item.Value)}")));
        return Join(settings);
    }

    /// <summary>PyTorch 1.13 nests a pattern from its end: (relu, (norm, conv)).</summary>
    private static BackendPattern Pattern(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? BackendPattern.Of(json.GetString()!)
        : BackendPattern.Join(json[0].GetString()!, [.. json.EnumerateArray().Skip(1).Select(Pattern)]);

    private static string Types(JsonElement json) => Join(json.EnumerateObject().Select(entry => (entry.Name, entry.Value.ToString().ToLowerInvariant())));

    private static string Types(DTypeConfig config)
    {
        var settings = new List<(string, string)>();
        void Add(string name, ElementType? type) => settings.AddRange(type is { } known ? [(name, known.Name())] : []);
        Add("input_dtype", config.Input?.Type);
        Add("output_dtype", config.Output?.Type);
        Add("weight_dtype", config.Weight?.Type);
        Add("bias_dtype", config.Bias);
        if (config.IsDynamic) { settings.Add(("is_dynamic", "true")); }
        return Join(settings);
    }

    private static string Name(ObservationType type) => type switch
    {
        ObservationType.OutputSharesObserverWithInput => "OUTPUT_SHARE_OBSERVER_WITH_INPUT",
        _ => "OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT",
    };

    private static string Sorted(IEnumerable<string> items) => string.Join(' ', items.Order(StringComparer.Ordinal));

    private static string Join(IEnumerable<(string Key, string Value)> settings) => string.Join(", ", settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}"));
}
