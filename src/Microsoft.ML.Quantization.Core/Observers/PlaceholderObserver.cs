using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Marks a value whose type is known and whose range is not looked at: it stays in float, is stored as float16, or is quantized by the range of
/// each run (<see cref="ObserverSpec.IsDynamic"/>).
/// </summary>
/// <remarks>Source: torch.ao.quantization.observer, <c>PlaceholderObserver</c>.</remarks>
public sealed class PlaceholderObserver : SilentObserver
{
    /// <summary>The marker; any element type will do.</summary>
    public PlaceholderObserver(ObserverSpec spec) : base(spec)
    {
    }

    /// <summary>Refused: there are no statistics.</summary>
    /// <exception cref="QuantizationException">Always.</exception>
    public override QuantizationParameters CalculateQParams() => throw new QuantizationException(Spec.IsDynamic
        ? $"Observer {Spec.Observer} keeps no range: {Spec.Type.Name()} with is_dynamic finds it anew in each run. Convert this value for dynamic quantization, or observe it with MinMax or Histogram."
        : $"Observer {Spec.Observer} keeps no range: it only states the type {Spec.Type.Name()}. Observe the value with MinMax or Histogram to quantize it.");
}
