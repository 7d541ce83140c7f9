using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Configuration;

/// <summary><c>defaults.json</c>: configurations, mappings, backends, module maps and fusion rules equal PyTorch's exactly.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed partial class DefaultsGolden
{
    private static readonly ImmutableDictionary<string, ObserverSpec> s_observers = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("default_observer", ObserverDefaults.Activation),
        KeyValuePair.Create("default_histogram_observer", ObserverDefaults.Histogram),
        KeyValuePair.Create("default_placeholder_observer", ObserverDefaults.Placeholder),
        KeyValuePair.Create("default_dynamic_quant_observer", ObserverDefaults.Dynamic),
        KeyValuePair.Create("default_debug_observer", ObserverDefaults.Debug),
        KeyValuePair.Create("default_reuse_input_observer", ObserverDefaults.ReuseInput),
        KeyValuePair.Create("default_weight_observer", ObserverDefaults.Weight),
        KeyValuePair.Create("default_per_channel_weight_observer", ObserverDefaults.PerChannelWeight),
        KeyValuePair.Create("weight_observer_range_neg_127_to_127", ObserverDefaults.Weight127),
        KeyValuePair.Create("per_channel_weight_observer_range_neg_127_to_127", ObserverDefaults.PerChannelWeight127),
        KeyValuePair.Create("default_float_qparams_observer", ObserverDefaults.FloatQParams),
        KeyValuePair.Create("default_float_qparams_observer_4bit", ObserverDefaults.FloatQParams4Bit),
        KeyValuePair.Create("default_fixed_qparams_range_0to1_observer", ObserverDefaults.FixedRange0To1),
        KeyValuePair.Create("default_affine_fixed_qparams_observer", ObserverDefaults.FixedRange0To1),
        KeyValuePair.Create("default_fixed_qparams_range_neg1to1_observer", ObserverDefaults.FixedRangeMinus1To1),
        KeyValuePair.Create("default_symmetric_fixed_qparams_observer", ObserverDefaults.FixedRangeMinus1To1),
    ]);

    private static readonly ImmutableDictionary<string, FakeQuantizeSpec> s_fakeQuantizers = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("default_fake_quant", FakeQuantizeDefaults.Activation),
        KeyValuePair.Create("default_weight_fake_quant", FakeQuantizeDefaults.Weight),
        KeyValuePair.Create("default_per_channel_weight_fake_quant", FakeQuantizeDefaults.PerChannelWeight),
        KeyValuePair.Create("default_dynamic_fake_quant", FakeQuantizeDefaults.Dynamic),
        KeyValuePair.Create("default_histogram_fake_quant", FakeQuantizeDefaults.Histogram),
        KeyValuePair.Create("default_embedding_fake_quant", FakeQuantizeDefaults.Embedding),
        KeyValuePair.Create("default_embedding_fake_quant_4bit", FakeQuantizeDefaults.Embedding4Bit),
        KeyValuePair.Create("default_fixed_qparams_range_0to1_fake_quant", FakeQuantizeDefaults.FixedRange0To1),
        KeyValuePair.Create("default_affine_fixed_qparams_fake_quant", FakeQuantizeDefaults.FixedRange0To1),
        KeyValuePair.Create("default_fixed_qparams_range_neg1to1_fake_quant", FakeQuantizeDefaults.FixedRangeMinus1To1),
        KeyValuePair.Create("default_symmetric_fixed_qparams_fake_quant", FakeQuantizeDefaults.FixedRangeMinus1To1),
        KeyValuePair.Create("default_fused_act_fake_quant", FakeQuantizeDefaults.FusedActivation),
        KeyValuePair.Create("default_fused_wt_fake_quant", FakeQuantizeDefaults.FusedWeight),
        KeyValuePair.Create("default_fused_per_channel_wt_fake_quant", FakeQuantizeDefaults.FusedPerChannelWeight),
        KeyValuePair.Create("fused_wt_fake_quant_range_neg_127_to_127", FakeQuantizeDefaults.FusedWeight127),
        KeyValuePair.Create("fused_per_channel_wt_fake_quant_range_neg_127_to_127", FakeQuantizeDefaults.FusedPerChannelWeight127),
    ]);

    private static readonly ImmutableDictionary<string, ImmutableSortedDictionary<string, string>> s_moduleMappings = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("DEFAULT_STATIC_QUANT_MODULE_MAPPINGS", ModuleMappings.Static),
        KeyValuePair.Create("DEFAULT_REFERENCE_STATIC_QUANT_MODULE_MAPPINGS", ModuleMappings.ReferenceStatic),
        KeyValuePair.Create("DEFAULT_QAT_MODULE_MAPPINGS", ModuleMappings.Training),
        KeyValuePair.Create("DEFAULT_DYNAMIC_QUANT_MODULE_MAPPINGS", ModuleMappings.Dynamic),
        KeyValuePair.Create("DEFAULT_STATIC_SPARSE_QUANT_MODULE_MAPPINGS", ModuleMappings.StaticSparse),
        KeyValuePair.Create("DEFAULT_DYNAMIC_SPARSE_QUANT_MODULE_MAPPINGS", ModuleMappings.DynamicSparse),
        KeyValuePair.Create("DEFAULT_FLOAT_TO_QUANTIZED_OPERATOR_MAPPINGS", ModuleMappings.Functions),
    ]);

    [TestMethod]
    public void Defaults_equal_PyTorchs() => GoldenFile.Open("defaults.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        switch (golden.Text("kind"))
        {
            case "observer":
                Assert.AreEqual(GoldenDescription.Settings(golden.Expected.GetProperty("observer")), GoldenDescription.Of(s_observers[golden.Name]));
                break;
            case "fake_quant":
                FakeQuantizeSpec fake = s_fakeQuantizers[golden.Name];
                Assert.AreEqual(GoldenDescription.Settings(golden.Expected.GetProperty("fake_quant")), GoldenDescription.Of(fake.Observer, fake));
                break;
            case "qconfig":
                Assert.AreEqual(GoldenDescription.Of(golden.Expected.GetProperty("qconfig")), GoldenDescription.Of(Config(golden.Name)));
                break;
            case "qconfig_mapping":
                CheckMapping(golden.Expected, Mapping(golden.Name));
                break;
            case "dtype_config":
                Assert.AreEqual(Types(golden.Expected), Types(DTypeConfigs.Named[DTypeName().Match(golden.Name).Groups["name"].Value]));
                break;
            case "backend_config":
                BackendConfig backend = BackendConfigs.Of(golden.Expected.GetProperty("name").GetString()!);
                CollectionAssert.AreEqual(GoldenBackend.Lines(golden.Expected.GetProperty("patterns")), GoldenBackend.Lines(backend));
                break;
            case "module_mapping":
                Assert.AreEqual(
                    Lines(golden.Expected.GetProperty("mapping").EnumerateArray().Select(pair => $"{TorchNames.Normalize(pair[0].GetString()!)} -> {TorchNames.Normalize(pair[1].GetString()!)}")),
                    Lines(s_moduleMappings[golden.Name].Select(pair => $"{pair.Key} -> {pair.Value}")));
                break;
            case "list":
                ImmutableSortedSet<string> names = golden.Name.Contains("compare_output", StringComparison.Ordinal) ? ModuleMappings.CompareOutputModuleList : ModuleMappings.QConfigPropagationList;
                Assert.AreEqual(Lines(golden.Expected.GetProperty("types").EnumerateArray().Select(name => TorchNames.Normalize(name.GetString()!))), Lines(names));
                break;
            case "fusion_list":
                CollectionAssert.AreEqual(
                    golden.Expected.GetProperty("mapping").EnumerateArray().Select(rule => $"{string.Join(", ", rule[0].EnumerateArray())} -> {FuserName().Match(rule[1].GetString()!).Groups["name"].Value}").ToArray(),
                    FusionList.Rules.Select(rule => $"{string.Join(", ", rule.Modules)} -> {rule.Method}").ToArray());
                break;
            default:
                throw new FormatException($"Case '{golden.Name}' is of kind '{golden.Text("kind")}', which this test does not know.");
        }
    }

    private static void CheckMapping(JsonElement expected, QConfigMapping mapping)
    {
        foreach (JsonProperty part in expected.EnumerateObject()) { Assert.IsTrue(part.Name is "global" or "object_type", part.Name); }
        Assert.AreEqual(GoldenDescription.Of(expected.GetProperty("global")), GoldenDescription.Of(mapping.Global!));
        JsonElement[] rules = [.. expected.GetProperty("object_type").EnumerateArray()];
        CollectionAssert.AreEqual(rules.Select(rule => TorchNames.Normalize(rule[0].GetString()!)).ToArray(), mapping.ObjectTypes.Select(rule => rule.Key).ToArray());
        for (int i = 0; i < rules.Length; i++) { Assert.AreEqual(GoldenDescription.Of(rules[i][1]), GoldenDescription.Of(mapping.ObjectTypes[i].Value!), rules[i][0].GetString()!); }
        Assert.IsTrue(mapping.ModuleNames.IsEmpty && mapping.ModuleNamePatterns.IsEmpty && mapping.Orders.IsEmpty);
    }

    private static QConfig Config(string name) => Call().Match(name) is not { Success: true } call ? QConfigs.Named[name]
        : call.Groups["version"] is { Success: true } version ? DefaultQConfigs.GetDefaultQatQConfig(call.Groups["backend"].Value, int.Parse(version.Value, null))
        : DefaultQConfigs.GetDefaultQConfig(call.Groups["backend"].Value);

    private static QConfigMapping Mapping(string name)
    {
        Match call = Call().Match(name);
        return call.Groups["function"].Value.Contains("_qat_", StringComparison.Ordinal)
            ? DefaultQConfigs.GetDefaultQatQConfigMapping(call.Groups["backend"].Value)
            : DefaultQConfigs.GetDefaultQConfigMapping(call.Groups["backend"].Value);
    }

    private static string Types(JsonElement expected) => string.Join('\n',
    [
        .. ((string[])["input", "output", "weight"]).Select(role => $"{role} " + (expected.GetProperty("constraints").TryGetProperty($"{role}_dtype_with_constraints", out JsonElement type)
            ? GoldenDescription.Settings(type) : "")),
        $"bias {expected.GetProperty("bias_dtype").GetString()!.Replace("torch.", "", StringComparison.Ordinal)}",
        $"dynamic {expected.GetProperty("is_dynamic").ValueKind == JsonValueKind.True}",
    ]);

    private static string Types(DTypeConfig config)
    {
        return string.Join('\n', [$"input {Of(config.Input)}", $"output {Of(config.Output)}", $"weight {Of(config.Weight)}", $"bias {config.Bias?.Name() ?? "None"}", $"dynamic {config.IsDynamic}"]);

        static string Of(DTypeWithConstraints? type) => type is null ? ""
            : $"dtype={type.Type.Name()} quant_max_upper_bound={Text(type.QuantMaxUpperBound)} quant_min_lower_bound={Text(type.QuantMinLowerBound)} scale_max_upper_bound={Text(type.ScaleMaxUpperBound)} scale_min_lower_bound={Text(type.ScaleMinLowerBound)}";

        static string Text(float? number) => number?.ToString("R", null) ?? "null";
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^(?<function>get_default_\w+)\((?<backend>\w+)(,(?<version>\d))?\)$")]
    private static partial Regex Call();

    [GeneratedRegex(@"^dtype_config_(?<backend>[a-z0-9]+)\.\k<backend>_(?<name>\w+)_dtype_config$")]
    private static partial Regex DTypeName();

    [GeneratedRegex(@"fuser_method_mappings\.(?<name>\w+)")]
    private static partial Regex FuserName();
}
