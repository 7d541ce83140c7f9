using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Tests.Configuration;

/// <summary>Our configurations in the words of <c>defaults.json</c>: one line for each setting, sorted.</summary>
internal static class GoldenDescription
{
    public static string Of(QConfig config) => $"activation {Of(config.Activation, config.ActivationFakeQuantize)}\nweight {Of(config.Weight, config.WeightFakeQuantize)}";

    public static string Of(JsonElement config) => $"activation {Settings(config.GetProperty("activation"))}\nweight {Settings(config.GetProperty("weight"))}";

    /// <summary>Settings as recorded.</summary>
    public static string Settings(JsonElement json) => Join(json.EnumerateObject().Select(entry => (entry.Name, Text(entry.Value))));

    /// <summary>An observer or, where <paramref name="fake"/> is given, the fake-quantizer around it.</summary>
    public static string Of(ObserverSpec? spec, FakeQuantizeSpec? fake = null)
    {
        if (spec is null) { return Join([("class", "Identity")]); }
        var settings = new List<(string, string)>();
        if (fake is null) { settings.Add(("class", ClassOf(spec))); }
        else { settings.AddRange([("class", fake.FakeQuantize), ("observer", ClassOf(spec))]); }
        settings.Add(("dtype", spec.Type.Name()));
        switch (spec.Observer)
        {
            case "Placeholder":
                if (spec.ComputeType is { } computed) { settings.Add(("compute_dtype", computed.Name())); }
                break;
            case "Recording" or "ReuseInput" or "NoOp":
                break;
            case "FixedQParams":
                settings.AddRange([("qscheme", spec.Scheme.Name()), ("quant_min", Text(spec.Range.Minimum)), ("quant_max", Text(spec.Range.Maximum)), ("scale", Text(spec.Scale!.Value)), ("zero_point", Text(spec.ZeroPoint!.Value))]);
                break;
            default:
                settings.AddRange([("qscheme", spec.Scheme.Name()), ("reduce_range", Text(spec.ReduceRange)), ("quant_min", Text(spec.Range.Minimum)), ("quant_max", Text(spec.Range.Maximum)), ("eps", Text(spec.Eps)), ("has_customized_qrange", Text(spec.HasCustomRange))]);
                if (spec.Observer.StartsWith("MovingAverage", StringComparison.Ordinal)) { settings.Add(("averaging_constant", Text(spec.AveragingConstant))); }
                if (spec.Observer.EndsWith("PerChannelMinMax", StringComparison.Ordinal)) { settings.Add(("ch_axis", Text(spec.ChannelAxis))); }
                // The observer of PyTorch 2.4, which ours is, has no upsampling rate; 1.13 states the default.
                if (spec.Observer == "Histogram") { settings.AddRange([("bins", Text(spec.Bins)), ("upsample_rate", "128")]); }
                break;
        }
        return Join(settings);
    }

    private static string ClassOf(ObserverSpec spec) => spec.Observer == "NoOp" ? "NoopObserver" : spec.Observer + "Observer";

    private static string Text(float number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(bool flag) => flag ? "true" : "false";

    private static string Text(JsonElement json) => json.ValueKind == JsonValueKind.Number ? Text((float)json.GetDouble()) : json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();

    private static string Join(IEnumerable<(string Key, string Value)> settings) => string.Join(' ', settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}"));
}
