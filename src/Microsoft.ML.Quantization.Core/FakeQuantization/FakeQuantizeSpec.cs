using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>
/// Which fake-quantizer to make and with which settings: data, so that configurations can be compared, printed and stored.
/// PyTorch's <c>FakeQuantize.with_args(observer=…)</c>.
/// </summary>
/// <remarks>
/// The codes in use, the scheme and the channel axis are those of <see cref="Observer"/>: PyTorch hands <c>quant_min</c> and <c>quant_max</c> on to
/// the observer, and a reduced range of the observer holds for the fake-quantizer too.
/// </remarks>
public sealed record FakeQuantizeSpec
{
    /// <summary>
    /// The fake-quantizer's name, PyTorch's class name: <c>FakeQuantize</c>, <c>FixedQParamsFakeQuantize</c>,
    /// <c>FusedMovingAvgObsFakeQuantize</c>, <c>LearnableFakeQuantize</c>.
    /// </summary>
    public required string FakeQuantize { get; init; }

    /// <summary>The observer inside it.</summary>
    public required ObserverSpec Observer { get; init; }

    /// <summary>The scale that <c>LearnableFakeQuantize</c> starts with.</summary>
    public float InitialScale { get; init; } = 1f;

    /// <summary>The zero point that <c>LearnableFakeQuantize</c> starts with; a real.</summary>
    public float InitialZeroPoint { get; init; }

    /// <summary>
    /// Whether <c>LearnableFakeQuantize</c> multiplies the gradients of scale and zero point by <c>1/√(count · largest code)</c>, so that they
    /// are of the weights' magnitude whatever the size of the tensor.
    /// </summary>
    public bool UseGradientScaling { get; init; }

    /// <summary>Makes the fake-quantizer, from the built-in lists.</summary>
    /// <exception cref="QuantizationException">A name is unknown or the settings contradict each other.</exception>
    public IFakeQuantize Create() => FakeQuantizeList.BuiltIn.Create(this);
}
