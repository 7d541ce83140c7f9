using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The configurations that have names: ours, and those of PyTorch's backends, which are exact.</summary>
/// <remarks>Source: PyTorch <c>get_default_qconfig</c>, <c>get_default_qconfig_mapping</c>; ONNX operator names stand for module types.</remarks>
internal static class NamedQConfigs
{
    private static readonly ObserverSpec s_perTensorWeight = new() { Observer = "MinMax", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric };
    private static readonly ObserverSpec s_perChannelWeight = new() { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelSymmetric };
    private static readonly ObserverSpec s_histogram = new() { Observer = "Histogram" };

    /// <summary>PyTorch's backends.</summary>
    public static ImmutableArray<string> Backends { get; } = ["fbgemm", "onednn", "qnnpack", "x86"];

    /// <summary>quint8 0..255 by smallest and largest value, per-channel symmetric qint8 weights.</summary>
    public static QConfigMapping Ours { get; } = QConfigMapping.Empty.SetGlobal(new(new ObserverSpec { Observer = "MinMax" }, s_perChannelWeight));

    /// <summary>A backend's mapping.</summary>
    public static QConfigMapping Of(string backend)
    {
        QConfig config = backend switch
        {
            "fbgemm" or "x86" => new(s_histogram with { ReduceRange = true }, s_perChannelWeight),
            "qnnpack" => new(s_histogram, s_perTensorWeight),
            "onednn" => new(s_histogram, s_perChannelWeight),
            _ => throw new QuantizationException($"There is no backend '{backend}'; expected one of {string.Join(", ", Backends)}."),
        };
        var reuse = new QConfig(new ObserverSpec { Observer = QConfigMapping.ReuseInput }, new ObserverSpec { Observer = QConfigMapping.Noop, Type = ElementType.Float16 });
        var floatWeight = new QConfig(config.Activation, new ObserverSpec { Observer = QConfigMapping.Placeholder, Type = ElementType.Float32 });
        return QConfigMapping.Empty.SetGlobal(config)
            .SetObjectType("Reshape", reuse)
            .SetObjectType("ConvTranspose", backend is "fbgemm" or "x86" ? config with { Weight = s_perTensorWeight } : config)
            .SetObjectType("LayerNormalization", floatWeight);
    }
}
