using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>PyTorch's named observers. Source: torch.ao.quantization.observer, <c>default_observer</c> and those after it.</summary>
public static class ObserverDefaults
{
    /// <summary>2⁻¹²: the smallest scale that QNNPACK's symmetric kernels take.</summary>
    public const float QnnpackEps = 0.000244140625f;

    /// <summary><c>default_observer</c>: activations, 0..127.</summary>
    public static ObserverSpec Activation { get; } = new() { Observer = "MinMax", QuantMin = 0, QuantMax = 127 };

    /// <summary><c>default_histogram_observer</c>: activations by histogram, 0..127.</summary>
    public static ObserverSpec Histogram { get; } = Activation with { Observer = "Histogram" };

    /// <summary><c>default_placeholder_observer</c>: stays float32.</summary>
    public static ObserverSpec Placeholder { get; } = new() { Observer = "Placeholder", Type = ElementType.Float32 };

    /// <summary><c>default_dynamic_quant_observer</c>: ranges are found during the run.</summary>
    public static ObserverSpec Dynamic { get; } = new() { Observer = "Placeholder", IsDynamic = true };

    /// <summary><c>default_debug_observer</c>: keeps what passes.</summary>
    public static ObserverSpec Debug { get; } = new() { Observer = "Recording" };

    /// <summary><c>default_reuse_input_observer</c>: the output takes the parameters of the input.</summary>
    public static ObserverSpec ReuseInput { get; } = new() { Observer = "ReuseInput" };

    /// <summary><c>default_weight_observer</c>: −128..127, symmetric.</summary>
    public static ObserverSpec Weight { get; } = new() { Observer = "MinMax", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric };

    /// <summary><c>default_per_channel_weight_observer</c>: a symmetric scale for each index of axis 0.</summary>
    public static ObserverSpec PerChannelWeight { get; } = Weight with { Observer = "PerChannelMinMax", Scheme = QScheme.PerChannelSymmetric };

    /// <summary><c>weight_observer_range_neg_127_to_127</c>: weights without code −128, scales from <see cref="QnnpackEps"/> up.</summary>
    public static ObserverSpec Weight127 { get; } = Weight with { QuantMin = -127, QuantMax = 127, Eps = QnnpackEps };

    /// <summary><c>per_channel_weight_observer_range_neg_127_to_127</c>: the same for each index of axis 0.</summary>
    public static ObserverSpec PerChannelWeight127 { get; } = PerChannelWeight with { QuantMin = -127, QuantMax = 127, Eps = QnnpackEps };

    /// <summary><c>default_float_qparams_observer</c>: real-valued zero points for each row of an embedding.</summary>
    public static ObserverSpec FloatQParams { get; } = new() { Observer = "PerChannelMinMax", Scheme = QScheme.PerChannelAffineFloatQParams };

    /// <summary><c>default_float_qparams_observer_4bit</c>: the same with 16 codes.</summary>
    public static ObserverSpec FloatQParams4Bit { get; } = FloatQParams with { Type = ElementType.QUInt4x2 };

    /// <summary><c>default_fixed_qparams_range_0to1_observer</c> and <c>default_affine_fixed_qparams_observer</c>: sigmoid and softmax.</summary>
    public static ObserverSpec FixedRange0To1 { get; } = new() { Observer = "FixedQParams", QuantMin = 0, QuantMax = 255, Scale = 1f / 256f, ZeroPoint = 0 };

    /// <summary><c>default_fixed_qparams_range_neg1to1_observer</c> and <c>default_symmetric_fixed_qparams_observer</c>: tanh.</summary>
    public static ObserverSpec FixedRangeMinus1To1 { get; } = FixedRange0To1 with { Scale = 2f / 256f, ZeroPoint = 128 };
}
