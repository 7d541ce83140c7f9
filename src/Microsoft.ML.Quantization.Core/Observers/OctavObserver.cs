using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>Cuts magnitudes at the scalar s that minimises the expected squared error, found by Newton's method.</summary>
/// <remarks>
/// <code>
/// J(s)  = k·s²·P(0 &lt; |x| ≤ s) + E[(|x| − s)²; |x| &gt; s]          k·s² is the noise of rounding, step² / 12
/// s  ←  E[|x|; |x| &gt; s] / ( k·P(0 &lt; |x| ≤ s) + P(|x| &gt; s) )        from s = E|x|
/// </code>
/// <para>For N = 2ᴮ codes over −s..s the step is 2s/N, so that k = 4⁻ᴮ/3 as in the paper; for values of one sign and an affine scheme the codes
/// cover 0..s, so that k = 4⁻ᴮ/12, the paper's unsigned case. Affine schemes with values of both signs count as signed.</para>
/// <para>Moments are those of a histogram. Source: C. Sakr et al., "Optimal Clipping and Magnitude-aware Differentiation for Improved
/// Quantization-aware Training", ICML 2022: the OCTAV recursion.</para>
/// </remarks>
public sealed class OctavObserver : ClippingObserver
{
    private const int MostSteps = 100;
    private const double Tolerance = 1e-6;

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public OctavObserver(ObserverSpec spec) : base(spec)
    {
    }

    private protected override (float Low, float High) FindRange(BinnedValues values, double codes)
    {
        BinnedValues bulk = values.WithoutZeros();
        bool oneSided = !Spec.Scheme.IsSymmetric() && (bulk.Low >= 0 || bulk.High <= 0);
        double noise = 1 / ((oneSided ? 12 : 3) * codes * codes);
        double s = Beyond(bulk, 0).Sum / bulk.Total;
        for (int i = 0; i < MostSteps; i++)
        {
            (double count, double sum) = Beyond(bulk, s);
            double next = sum / (noise * (bulk.Total - count) + count);
            // Nothing lies beyond the bound any more: the full range is best.
            if (!(next > 0)) { return bulk.Clip(bulk.Bound); }
            bool done = Math.Abs(next - s) <= Tolerance * s;
            s = next;
            if (done) { break; }
        }
        return bulk.Clip(Math.Min(s, bulk.Bound));
    }

    /// <summary>How many values have a magnitude above <paramref name="bound"/>, and the sum of these magnitudes.</summary>
    private static (double Count, double Sum) Beyond(BinnedValues values, double bound)
    {
        (double count, double sum) = (0, 0);
        for (int bin = 0; bin < values.Counts.Length; bin++)
        {
            if (values.Counts[bin] == 0) { continue; }
            double left = values.Low + bin * values.Width, right = left + values.Width;
            Add(Math.Max(left, bound), right);
            Add(-Math.Min(right, -bound), -left);

            void Add(double from, double to)
            {
                if (from >= to) { return; }
                double part = values.Counts[bin] * (to - from) / values.Width;
                count += part;
                sum += part * (from + to) / 2;
            }
        }
        return (count, sum);
    }
}
