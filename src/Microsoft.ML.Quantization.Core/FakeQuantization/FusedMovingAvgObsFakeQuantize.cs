using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>
/// Fake-quantizes with the moving average of smallest and largest values, but chooses scale and zero point as dynamic quantization does: PyTorch's
/// fused training kernel.
/// </summary>
/// <remarks>
/// <para>What passes in training therefore differs a little from <see cref="ObservedFakeQuantize.CalculateQParams"/>, which conversion uses. We
/// reproduce it, because models were trained with it:</para>
/// <list type="bullet">
/// <item>scales below 6.1e-5 are raised to that, whatever <see cref="ObserverSpec.Eps"/> says;</item>
/// <item>symmetric schemes put the zero point in the middle only when the values have both signs; weights of one sign get an end of the
/// range.</item>
/// </list>
/// <para>Source: torch.ao.quantization.fake_quantize, <c>FusedMovingAvgObsFakeQuantize</c>; ATen/native/quantized/cpu/fused_obs_fake_quant.cpp.</para>
/// </remarks>
public sealed class FusedMovingAvgObsFakeQuantize : ObservedFakeQuantize
{
    private readonly MovingAverageMinMaxObserver _observer;

    /// <summary>A fake-quantizer around a <see cref="MovingAverageMinMaxObserver"/>, per tensor or per channel.</summary>
    /// <exception cref="QuantizationException">The observer is another one, or its scheme has real-valued zero points.</exception>
    public FusedMovingAvgObsFakeQuantize(FakeQuantizeSpec spec, IObserver observer) : base(spec, observer)
    {
        _observer = observer as MovingAverageMinMaxObserver
            ?? throw new QuantizationException($"{spec.FakeQuantize} was given the observer {observer.Spec.Observer}; expected MovingAverageMinMax or MovingAveragePerChannelMinMax, or use FakeQuantize.");
        if (observer.Spec.Scheme == QScheme.PerChannelAffineFloatQParams)
        {
            throw new QuantizationException($"{spec.FakeQuantize} was given the scheme {observer.Spec.Scheme.Name()}, whose zero points are reals; expected integer zero points, or use FakeQuantize.");
        }
    }

    private protected override QuantizationParameters Choose(Shape shape)
    {
        var scales = new float[_observer.Minima.Length];
        int[] zeroPoints = new int[scales.Length];
        for (int channel = 0; channel < scales.Length; channel++)
        {
            (double scale, zeroPoints[channel]) = DynamicParameters.Choose(_observer.Minima[channel], _observer.Maxima[channel], Parameters.Range, _observer.Spec.Scheme.IsSymmetric());
            scales[channel] = (float)scale;
        }
        int? axis = _observer.IsPerChannel ? ChannelLayout.NormalizeAxis(shape, _observer.Spec.ChannelAxis) : null;
        return new([.. scales], [.. zeroPoints], axis, Parameters.Type, Parameters.Range);
    }
}
