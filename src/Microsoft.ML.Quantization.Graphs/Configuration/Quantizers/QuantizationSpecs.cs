using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What the configurations of PyTorch's quantizers have in common.</summary>
internal static class QuantizationSpecs
{
    /// <summary>The fake-quantizer of training.</summary>
    public const string Fused = "FusedMovingAvgObsFakeQuantize";

    /// <summary>Activations with a zero point, scales from 2⁻¹² up: a histogram; in training a moving average; in dynamic quantization nothing beforehand.</summary>
    public static QuantizationSpec Activation(ElementType type, int quantMin, int quantMax, bool isQat, bool isDynamic)
    {
        var observer = new ObserverSpec { Observer = isQat ? "MovingAverageMinMax" : isDynamic ? QConfigMapping.Placeholder : "Histogram", Eps = ObserverDefaults.QnnpackEps, AveragingConstant = isQat && isDynamic ? 1f : 0.01f };
        return new(type, observer, quantMin, quantMax, QScheme.PerTensorAffine, null, isDynamic) { FakeQuantize = !isQat ? null : isDynamic ? "FakeQuantize" : Fused };
    }

    /// <summary>Refuses configurations of one quantizer that cannot go together.</summary>
    /// <exception cref="QuantizationException">Some are dynamic and some static, or some for training and some for calibration.</exception>
    public static void CheckAlike(string quantizer, ImmutableArray<QuantizationConfig> configs)
    {
        ImmutableArray<QuantizationConfig> activating = [.. configs.Where(config => config.InputActivation is not null)];
        if (activating.Select(config => config.IsDynamic).Distinct().Count() > 1)
        {
            throw new QuantizationException($"{quantizer} was given dynamic and static configurations; expected one kind. Put two of them into a {nameof(ComposableQuantizer)}.");
        }
        if (configs.Select(config => config.IsQat).Distinct().Count() > 1)
        {
            throw new QuantizationException($"{quantizer} was given configurations for training and for calibration; expected one kind.");
        }
    }
}
