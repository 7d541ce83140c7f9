using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Keeps the range that holds a given part of the values, <see cref="ObserverSpec.Percentile"/>. Affine schemes cut half of the rest at each
/// end, symmetric schemes cut the largest magnitudes.
/// </summary>
/// <remarks>
/// A value is cut when at most <c>(1 − p)·count / 2</c> values (symmetric: <c>(1 − p)·count</c>) lie beyond it; the cut is exact to a bin, inside
/// which it is interpolated. Source: the idea is that of the percentile calibration of ONNX Runtime and TensorRT.
/// </remarks>
public sealed class PercentileObserver : ClippingObserver
{
    private const int Halvings = 60;

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public PercentileObserver(ObserverSpec spec) : base(spec)
    {
        if (!(spec.Percentile > 0 && spec.Percentile <= 1)) { throw new QuantizationException($"Observer {spec.Observer} was given percentile={spec.Percentile}; expected a part above 0 and up to 1, e.g. 0.9999."); }
    }

    private protected override (float Low, float High) FindRange(BinnedValues values, double codes)
    {
        double cut = (1 - Spec.Percentile) * values.Total;
        return Spec.Scheme.IsSymmetric() ? values.Clip(Bound(values, values.Total - cut)) : (values.CutBelow(cut / 2), values.CutAbove(cut / 2));
    }

    // The smallest magnitude that holds so many values.
    private static double Bound(BinnedValues values, double kept)
    {
        (double tooSmall, double enough) = (0, values.Bound);
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (tooSmall + enough) / 2;
            if (values.Below(middle) - values.Below(-middle) >= kept) { enough = middle; }
            else { tooSmall = middle; }
        }
        return enough;
    }
}
