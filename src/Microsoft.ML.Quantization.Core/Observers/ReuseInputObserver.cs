using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Marks an operator whose output has the parameters of its input, because it only moves values (Reshape, Transpose): the producer's observer
/// serves both.
/// </summary>
/// <remarks>Source: torch.ao.quantization.observer, <c>ReuseInputObserver</c>.</remarks>
public sealed class ReuseInputObserver : SilentObserver
{
    /// <summary>The marker.</summary>
    public ReuseInputObserver(ObserverSpec spec) : base(spec)
    {
    }

    /// <summary>Refused: the parameters are those of another observer.</summary>
    /// <exception cref="QuantizationException">Always.</exception>
    public override QuantizationParameters CalculateQParams() => throw new QuantizationException(
        $"Observer {Spec.Observer} has no parameters of its own; ask the observer of the operator's input.");
}
