using System.Collections.Immutable;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The configurations and mappings PyTorch proposes for each of its backends.</summary>
/// <remarks>
/// Source: <c>torch.ao.quantization.qconfig</c> and <c>qconfig_mapping</c>, values of 1.13.1. As in 2.x the backend is x86 unless stated, and an
/// unknown backend is an error.
/// </remarks>
public static class DefaultQConfigs
{
    private const string X86 = "x86";

    private static readonly ObserverSpec s_histogram = new() { Observer = "Histogram" };

    private static readonly ImmutableArray<string> s_usual =
    [
        "nn.Conv1d", "nn.Conv2d", "nn.Conv3d", "nn.ConvTranspose1d", "nn.ConvTranspose2d", "nn.ConvTranspose3d", "nn.Linear",
        "nn.functional.conv1d", "nn.functional.conv2d", "nn.functional.conv3d",
        "nn.functional.conv_transpose1d", "nn.functional.conv_transpose2d", "nn.functional.conv_transpose3d", "nn.functional.linear",
        "nn.ReLU", "nn.functional.relu", "torch.relu", "nn.BatchNorm1d", "nn.BatchNorm2d", "nn.BatchNorm3d",
    ];

    /// <summary>The backends.</summary>
    public static ImmutableArray<string> Backends { get; } = ["fbgemm", "onednn", "qnnpack", X86];

    /// <summary>PyTorch's <c>get_default_qconfig</c>: calibration.</summary>
    /// <param name="backend">One of <see cref="Backends"/>.</param>
    /// <param name="version">0, the only one.</param>
    /// <exception cref="QuantizationException">There is no such backend or version.</exception>
    public static QConfig GetDefaultQConfig(string backend = X86, int version = 0)
    {
        CheckVersion("calibration", version, largest: 0);
        return Check(backend) switch
        {
            "qnnpack" => new(s_histogram, ObserverDefaults.Weight),
            "onednn" => new(s_histogram, ObserverDefaults.PerChannelWeight),
            _ => new(s_histogram with { ReduceRange = true }, ObserverDefaults.PerChannelWeight),
        };
    }

    /// <summary>PyTorch's <c>get_default_qat_qconfig</c>: training.</summary>
    /// <param name="backend">One of <see cref="Backends"/>.</param>
    /// <param name="version">0 for plain fake-quantizers, 1 for fused ones.</param>
    /// <exception cref="QuantizationException">There is no such backend or version.</exception>
    public static QConfig GetDefaultQatQConfig(string backend = X86, int version = 1)
    {
        CheckVersion("training", version, largest: 1);
        bool perChannel = Check(backend) != "qnnpack", reduce = backend is X86 or "fbgemm";
        FakeQuantizeSpec activation = version == 0 ? FakeQuantizeDefaults.Activation : FakeQuantizeDefaults.FusedActivation;
        FakeQuantizeSpec weight = version == 0
            ? perChannel ? FakeQuantizeDefaults.PerChannelWeight : FakeQuantizeDefaults.Weight
            : perChannel ? FakeQuantizeDefaults.FusedPerChannelWeight : FakeQuantizeDefaults.FusedWeight;
        return QConfig.OfFakeQuantize(activation with { Observer = activation.Observer with { ReduceRange = reduce } }, weight);
    }

    /// <summary>PyTorch's <c>get_default_qconfig_mapping</c>: calibration, with its rules for reshapes, transposed convolutions, layer normalization and known ranges.</summary>
    /// <param name="backend">One of <see cref="Backends"/>.</param>
    /// <param name="version">0, the only one.</param>
    /// <exception cref="QuantizationException">There is no such backend or version.</exception>
    public static QConfigMapping GetDefaultQConfigMapping(string backend = X86, int version = 0) =>
        Mapping(GetDefaultQConfig(backend, version), backend, new(null, ObserverDefaults.Weight),
            isSymmetric => new(isSymmetric ? ObserverDefaults.FixedRangeMinus1To1 : ObserverDefaults.FixedRange0To1, ObserverDefaults.Weight));

    /// <summary>PyTorch's <c>get_default_qat_qconfig_mapping</c>: training.</summary>
    /// <param name="backend">One of <see cref="Backends"/>.</param>
    /// <param name="version">0 for plain fake-quantizers, 1 for fused ones.</param>
    /// <exception cref="QuantizationException">There is no such backend or version.</exception>
    public static QConfigMapping GetDefaultQatQConfigMapping(string backend = X86, int version = 1) =>
        Mapping(GetDefaultQatQConfig(backend, version), backend, QConfig.OfFakeQuantize(null, FakeQuantizeDefaults.Weight),
            isSymmetric => QConfig.OfFakeQuantize(isSymmetric ? FakeQuantizeDefaults.FixedRangeMinus1To1 : FakeQuantizeDefaults.FixedRange0To1, FakeQuantizeDefaults.Weight));

    /// <summary>Refuses what PyTorch refuses: a scale for each channel of the weights of transposed convolutions.</summary>
    /// <param name="config">A configuration.</param>
    /// <param name="module">The module it is for, e.g. <c>nn.ConvTranspose2d</c>.</param>
    /// <exception cref="QuantizationException">The module cannot have this configuration.</exception>
    /// <remarks>
    /// PyTorch's <c>_assert_valid_qconfig</c>, which guards its eager mode only: its own onednn mapping is not valid by it. Graphs are not
    /// bound by it either, because their transposed convolutions do have a channel axis.
    /// </remarks>
    public static void CheckValid(QConfig config, string module)
    {
        if (TorchNames.Normalize(module).StartsWith("nn.ConvTranspose", StringComparison.Ordinal) && config.Weight is { } weight && weight.Scheme.IsPerChannel())
        {
            throw new QuantizationException($"The configuration of {module} gives its weights the scheme {weight.Scheme.Name()}; expected a per_tensor scheme, because transposed convolutions do not support one scale for each channel. Use the weight observer MinMax.");
        }
    }

    private static QConfigMapping Mapping(QConfig config, string backend, QConfig perTensorWeight, Func<bool, QConfig> fixedRange)
    {
        QConfig transposed = backend is X86 or "fbgemm"
            ? perTensorWeight.WeightFakeQuantize is { } fake ? config with { WeightFakeQuantize = fake } : config with { Weight = perTensorWeight.Weight }
            : config;
        QConfig floatWeight = config with { WeightFakeQuantize = null, Weight = ObserverDefaults.Placeholder };
        QConfigMapping mapping = QConfigMapping.Empty.SetGlobal(config).SetObjectType("reshape", QConfigs.ReuseInput);
        foreach (string name in s_usual)
        {
            mapping = mapping.SetObjectType(name, name.Contains("ranspose", StringComparison.Ordinal) ? transposed : config);
        }
        mapping = mapping.SetObjectType("nn.functional.layer_norm", floatWeight).SetObjectType("nn.LayerNorm", floatWeight);
        foreach ((string name, bool isSymmetric) in FixedRanges.Operators) { mapping = mapping.SetObjectType(name, fixedRange(isSymmetric)); }
        return mapping;
    }

    private static string Check(string backend) => Backends.Contains(backend) ? backend
        : throw new QuantizationException($"There is no backend '{backend}'; expected one of {string.Join(", ", Backends)}.");

    private static void CheckVersion(string purpose, int version, int largest)
    {
        if (version < 0 || version > largest)
        {
            throw new QuantizationException($"There is no version {version} of the default configuration for {purpose}; expected {(largest == 0 ? "0" : $"0 to {largest}")}.");
        }
    }
}
