using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>PyTorch's named fake-quantizers. Source: torch.ao.quantization.fake_quantize, <c>default_fake_quant</c> and those after it.</summary>
public static class FakeQuantizeDefaults
{
    private static readonly ObserverSpec s_average = new() { Observer = "MovingAverageMinMax", QuantMin = 0, QuantMax = 255 };
    private static readonly ObserverSpec s_weight = new() { Observer = "MovingAverageMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric, QuantMin = -128, QuantMax = 127 };
    private static readonly ObserverSpec s_channelWeight = s_weight with { Observer = "MovingAveragePerChannelMinMax", Scheme = QScheme.PerChannelSymmetric };
    private static readonly ObserverSpec s_embedding = new()
    {
        Observer = "MovingAveragePerChannelMinMax",
        Scheme = QScheme.PerChannelAffineFloatQParams,
        QuantMin = 0,
        QuantMax = 255,
        AveragingConstant = 1f,
    };

    /// <summary><c>default_fake_quant</c>: activations, 0..127.</summary>
    public static FakeQuantizeSpec Activation { get; } = Plain(s_average with { ReduceRange = true });

    /// <summary><c>default_weight_fake_quant</c>: −128..127, symmetric.</summary>
    public static FakeQuantizeSpec Weight { get; } = Plain(s_weight);

    /// <summary><c>default_per_channel_weight_fake_quant</c>: a symmetric scale for each index of axis 0.</summary>
    public static FakeQuantizeSpec PerChannelWeight { get; } = Plain(s_channelWeight);

    /// <summary><c>default_dynamic_fake_quant</c>: the range of the batch at hand, 0..255.</summary>
    public static FakeQuantizeSpec Dynamic { get; } = Plain(s_average with { AveragingConstant = 1f });

    /// <summary><c>default_histogram_fake_quant</c>: activations by histogram, 0..127.</summary>
    public static FakeQuantizeSpec Histogram { get; } = Plain(new() { Observer = "Histogram", QuantMin = 0, QuantMax = 255, ReduceRange = true });

    /// <summary><c>default_embedding_fake_quant</c>: real-valued zero points for each row of an embedding.</summary>
    public static FakeQuantizeSpec Embedding { get; } = Plain(s_embedding);

    /// <summary><c>default_embedding_fake_quant_4bit</c>: the same with 16 codes.</summary>
    public static FakeQuantizeSpec Embedding4Bit { get; } = Plain(s_embedding with { Type = ElementType.QUInt4x2, QuantMin = null, QuantMax = null });

    /// <summary><c>default_fixed_qparams_range_0to1_fake_quant</c> and <c>default_affine_fixed_qparams_fake_quant</c>: sigmoid and softmax.</summary>
    public static FakeQuantizeSpec FixedRange0To1 { get; } = Fixed(ObserverDefaults.FixedRange0To1);

    /// <summary><c>default_fixed_qparams_range_neg1to1_fake_quant</c> and <c>default_symmetric_fixed_qparams_fake_quant</c>: tanh.</summary>
    public static FakeQuantizeSpec FixedRangeMinus1To1 { get; } = Fixed(ObserverDefaults.FixedRangeMinus1To1);

    /// <summary><c>default_fused_act_fake_quant</c>: activations, 0..255.</summary>
    public static FakeQuantizeSpec FusedActivation { get; } = Fused(s_average);

    /// <summary><c>default_fused_wt_fake_quant</c>: weights, −128..127.</summary>
    public static FakeQuantizeSpec FusedWeight { get; } = Fused(s_weight);

    /// <summary><c>default_fused_per_channel_wt_fake_quant</c>: weights, a scale for each index of axis 0.</summary>
    public static FakeQuantizeSpec FusedPerChannelWeight { get; } = Fused(s_channelWeight);

    /// <summary><c>fused_wt_fake_quant_range_neg_127_to_127</c>: weights without code −128, scales from 2⁻¹² up.</summary>
    public static FakeQuantizeSpec FusedWeight127 { get; } = Fused(s_weight with { QuantMin = -127, Eps = ObserverDefaults.QnnpackEps });

    /// <summary><c>fused_per_channel_wt_fake_quant_range_neg_127_to_127</c>: the same for each index of axis 0.</summary>
    public static FakeQuantizeSpec FusedPerChannelWeight127 { get; } = Fused(s_channelWeight with { QuantMin = -127, Eps = ObserverDefaults.QnnpackEps });

    private static FakeQuantizeSpec Plain(ObserverSpec observer) => new() { FakeQuantize = "FakeQuantize", Observer = observer };

    private static FakeQuantizeSpec Fixed(ObserverSpec observer) => new() { FakeQuantize = "FixedQParamsFakeQuantize", Observer = observer };

    private static FakeQuantizeSpec Fused(ObserverSpec observer) => new() { FakeQuantize = "FusedMovingAvgObsFakeQuantize", Observer = observer };
}
