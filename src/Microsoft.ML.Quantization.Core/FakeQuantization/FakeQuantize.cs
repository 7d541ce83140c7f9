using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>Fake-quantizes with the parameters that its observer proposes after each batch.</summary>
/// <remarks>Source: torch.ao.quantization.fake_quantize, <c>FakeQuantize</c>.</remarks>
public sealed class FakeQuantize : ObservedFakeQuantize
{
    /// <summary>A fake-quantizer around an observer that proposes parameters.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="observer">Made from <see cref="FakeQuantizeSpec.Observer"/>.</param>
    public FakeQuantize(FakeQuantizeSpec spec, IObserver observer) : base(spec, observer)
    {
    }

    private protected override QuantizationParameters Choose(Shape shape) => Observer.CalculateQParams();
}
