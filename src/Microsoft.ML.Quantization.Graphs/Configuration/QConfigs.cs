using System.Collections.Immutable;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>PyTorch's named configurations, exactly as PyTorch 1.13.1 has them.</summary>
/// <remarks>Source: <c>torch.ao.quantization.qconfig</c>. Ours, which differs, is <see cref="QConfigMapping.Default"/>.</remarks>
public static class QConfigs
{
    private static readonly ObserverSpec s_float16 = new() { Observer = QConfigMapping.Placeholder, Type = ElementType.Float16 };
    private static readonly ObserverSpec s_noop = new() { Observer = QConfigMapping.Noop, Type = ElementType.Float32 };
    private static readonly ObserverSpec s_signedHistogram = new() { Observer = "Histogram", Type = ElementType.QInt8, Eps = ObserverDefaults.QnnpackEps };
    private static readonly FakeQuantizeSpec s_signedFused = FakeQuantizeDefaults.FusedActivation with
    {
        Observer = FakeQuantizeDefaults.FusedActivation.Observer with { Type = ElementType.QInt8, QuantMin = -128, QuantMax = 127, Eps = ObserverDefaults.QnnpackEps },
    };

    /// <summary><c>default_qconfig</c>: quint8 0..127 by smallest and largest value, one symmetric scale for the weights.</summary>
    public static QConfig Default { get; } = new(ObserverDefaults.Activation, ObserverDefaults.Weight);

    /// <summary><c>default_per_channel_qconfig</c>: the same with a scale for each output channel.</summary>
    public static QConfig PerChannel { get; } = new(ObserverDefaults.Activation, ObserverDefaults.PerChannelWeight);

    /// <summary><c>default_debug_qconfig</c>: records activations.</summary>
    public static QConfig Debug { get; } = new(ObserverDefaults.Debug, ObserverDefaults.Weight);

    /// <summary><c>default_dynamic_qconfig</c>: the ranges of activations are found in each run.</summary>
    public static QConfig Dynamic { get; } = new(ObserverDefaults.Dynamic, ObserverDefaults.Weight);

    /// <summary><c>per_channel_dynamic_qconfig</c>: the same with a scale for each output channel.</summary>
    public static QConfig PerChannelDynamic { get; } = new(ObserverDefaults.Dynamic, ObserverDefaults.PerChannelWeight);

    /// <summary><c>float16_dynamic_qconfig</c>: float16 weights, activations converted in each run.</summary>
    public static QConfig Float16Dynamic { get; } = new(s_float16 with { IsDynamic = true }, s_float16);

    /// <summary><c>float16_static_qconfig</c>: float16 weights and activations.</summary>
    public static QConfig Float16Static { get; } = new(s_float16, s_float16);

    /// <summary><c>float_qparams_weight_only_qconfig</c>: embeddings in 8 bits.</summary>
    public static QConfig FloatQParamsWeightOnly { get; } = new(ObserverDefaults.Placeholder, ObserverDefaults.FloatQParams);

    /// <summary><c>float_qparams_weight_only_qconfig_4bit</c>: embeddings in 4 bits.</summary>
    public static QConfig FloatQParamsWeightOnly4Bit { get; } = new(ObserverDefaults.Placeholder, ObserverDefaults.FloatQParams4Bit);

    /// <summary><c>default_reuse_input_qconfig</c>: the output takes the parameters of the input.</summary>
    public static QConfig ReuseInput { get; } = new(ObserverDefaults.ReuseInput, s_noop with { Type = ElementType.Float16 });

    /// <summary><c>default_symmetric_qnnpack_qconfig</c>: qint8 activations, weights −127..127, scales from 2⁻¹².</summary>
    public static QConfig SymmetricQnnpack { get; } = new(s_signedHistogram, ObserverDefaults.Weight127);

    /// <summary><c>default_per_channel_symmetric_qnnpack_qconfig</c>: the same with a scale for each output channel.</summary>
    public static QConfig PerChannelSymmetricQnnpack { get; } = new(s_signedHistogram, ObserverDefaults.PerChannelWeight127);

    /// <summary><c>default_qat_qconfig</c>: training, activations 0..127.</summary>
    public static QConfig Qat { get; } = QConfig.OfFakeQuantize(FakeQuantizeDefaults.Activation, FakeQuantizeDefaults.Weight);

    /// <summary><c>default_qat_qconfig_v2</c>: training with fused fake-quantizers, activations 0..255.</summary>
    public static QConfig QatV2 { get; } = QConfig.OfFakeQuantize(FakeQuantizeDefaults.FusedActivation, FakeQuantizeDefaults.FusedWeight);

    /// <summary><c>default_dynamic_qat_qconfig</c>: training for dynamic quantization.</summary>
    public static QConfig DynamicQat { get; } = QConfig.OfFakeQuantize(FakeQuantizeDefaults.Dynamic, FakeQuantizeDefaults.Weight);

    /// <summary><c>default_weight_only_qconfig</c>: training, activations stay float.</summary>
    public static QConfig WeightOnly { get; } = QConfig.OfFakeQuantize(null, FakeQuantizeDefaults.Weight);

    /// <summary><c>default_activation_only_qconfig</c>: training, weights stay float.</summary>
    public static QConfig ActivationOnly { get; } = QConfig.OfFakeQuantize(FakeQuantizeDefaults.Activation, null);

    /// <summary><c>default_embedding_qat_qconfig</c>: training of embeddings in 8 bits.</summary>
    public static QConfig EmbeddingQat { get; } = new(s_noop, null) { WeightFakeQuantize = FakeQuantizeDefaults.Embedding };

    /// <summary><c>default_embedding_qat_qconfig_4bit</c>: training of embeddings in 4 bits.</summary>
    public static QConfig EmbeddingQat4Bit { get; } = new(s_noop, null) { WeightFakeQuantize = FakeQuantizeDefaults.Embedding4Bit };

    /// <summary><c>default_symmetric_qnnpack_qat_qconfig</c>: training of <see cref="SymmetricQnnpack"/>.</summary>
    public static QConfig SymmetricQnnpackQat { get; } = QConfig.OfFakeQuantize(s_signedFused, FakeQuantizeDefaults.FusedWeight127);

    /// <summary><c>default_per_channel_symmetric_qnnpack_qat_qconfig</c>: training of <see cref="PerChannelSymmetricQnnpack"/>.</summary>
    public static QConfig PerChannelSymmetricQnnpackQat { get; } = QConfig.OfFakeQuantize(s_signedFused, FakeQuantizeDefaults.FusedPerChannelWeight127);

    /// <summary>All of them by PyTorch's name.</summary>
    public static ImmutableSortedDictionary<string, QConfig> Named { get; } = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("default_qconfig", Default),
        KeyValuePair.Create("default_per_channel_qconfig", PerChannel),
        KeyValuePair.Create("default_debug_qconfig", Debug),
        KeyValuePair.Create("default_dynamic_qconfig", Dynamic),
        KeyValuePair.Create("per_channel_dynamic_qconfig", PerChannelDynamic),
        KeyValuePair.Create("float16_dynamic_qconfig", Float16Dynamic),
        KeyValuePair.Create("float16_static_qconfig", Float16Static),
        KeyValuePair.Create("float_qparams_weight_only_qconfig", FloatQParamsWeightOnly),
        KeyValuePair.Create("float_qparams_weight_only_qconfig_4bit", FloatQParamsWeightOnly4Bit),
        KeyValuePair.Create("default_reuse_input_qconfig", ReuseInput),
        KeyValuePair.Create("default_symmetric_qnnpack_qconfig", SymmetricQnnpack),
        KeyValuePair.Create("default_per_channel_symmetric_qnnpack_qconfig", PerChannelSymmetricQnnpack),
        KeyValuePair.Create("default_qat_qconfig", Qat),
        KeyValuePair.Create("default_qat_qconfig_v2", QatV2),
        KeyValuePair.Create("default_dynamic_qat_qconfig", DynamicQat),
        KeyValuePair.Create("default_weight_only_qconfig", WeightOnly),
        KeyValuePair.Create("default_activation_only_qconfig", ActivationOnly),
        KeyValuePair.Create("default_embedding_qat_qconfig", EmbeddingQat),
        KeyValuePair.Create("default_embedding_qat_qconfig_4bit", EmbeddingQat4Bit),
        KeyValuePair.Create("default_symmetric_qnnpack_qat_qconfig", SymmetricQnnpackQat),
        KeyValuePair.Create("default_per_channel_symmetric_qnnpack_qat_qconfig", PerChannelSymmetricQnnpackQat),
    ]);
}
