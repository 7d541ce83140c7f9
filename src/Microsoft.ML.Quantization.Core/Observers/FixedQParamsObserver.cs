using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Always proposes <see cref="ObserverSpec.Scale"/> and <see cref="ObserverSpec.ZeroPoint"/>, for operators whose output range is known: sigmoid
/// and softmax 1/256 and 0, tanh 2/256 and 128.
/// </summary>
/// <remarks>Source: torch.ao.quantization.observer, <c>FixedQParamsObserver</c>.</remarks>
public sealed class FixedQParamsObserver : SilentObserver
{
    private readonly QuantizationParameters _parameters;

    /// <summary>The observer of one scale and zero point.</summary>
    /// <exception cref="QuantizationException">Scale or zero point is missing or out of bounds, or the scheme is per channel.</exception>
    public FixedQParamsObserver(ObserverSpec spec) : base(spec)
    {
        QuantizedRange range = ObserverRules.Check(spec, perChannel: false);
        if (spec.Scale is not { } scale || spec.ZeroPoint is not { } zeroPoint)
        {
            throw new QuantizationException($"Observer {spec.Observer} lacks its {(spec.Scale is null ? "scale" : "zero_point")}; state both scale and zero_point.");
        }
        _parameters = new(scale, zeroPoint, spec.Type, range);
    }

    /// <summary>The fixed parameters, whatever was observed.</summary>
    public override QuantizationParameters CalculateQParams() => _parameters;
}
