using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>Does nothing: the value is left as it is. Unlike <see cref="PlaceholderObserver"/> it promises no type either.</summary>
/// <remarks>Source: torch.ao.quantization.observer, <c>NoopObserver</c>.</remarks>
public sealed class NoOpObserver : SilentObserver
{
    /// <summary>The marker; any element type will do.</summary>
    public NoOpObserver(ObserverSpec spec) : base(spec)
    {
    }

    /// <summary>Refused: there are no statistics.</summary>
    /// <exception cref="QuantizationException">Always.</exception>
    public override QuantizationParameters CalculateQParams() => throw new QuantizationException(
        $"Observer {Spec.Observer} looks at nothing, so that its value stays in float. Observe the value with MinMax or Histogram to quantize it.");
}
