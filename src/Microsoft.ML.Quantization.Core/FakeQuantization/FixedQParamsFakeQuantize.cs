using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>Fake-quantizes with one scale and zero point from the beginning, for operators whose output range is known.</summary>
/// <remarks>Source: torch.ao.quantization.fake_quantize, <c>FixedQParamsFakeQuantize</c>.</remarks>
public sealed class FixedQParamsFakeQuantize : ObservedFakeQuantize
{
    /// <summary>A fake-quantizer around a <see cref="FixedQParamsObserver"/>.</summary>
    /// <exception cref="QuantizationException">The observer is another one.</exception>
    public FixedQParamsFakeQuantize(FakeQuantizeSpec spec, IObserver observer) : base(spec, observer) => Parameters = observer is FixedQParamsObserver
        ? observer.CalculateQParams()
        : throw new QuantizationException($"{spec.FakeQuantize} was given the observer {observer.Spec.Observer}; expected FixedQParams with a scale and a zero_point, or use FakeQuantize.");

    private protected override QuantizationParameters Choose(Shape shape) => Parameters;
}
