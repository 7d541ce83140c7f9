using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Cuts magnitudes where the distribution of the quantized values differs least from that of the values, by Kullback–Leibler divergence.
/// </summary>
/// <remarks>
/// <code>
/// P  the bins inside the bound; what lies beyond is added to the outermost bins
/// Q  the same bins without what lies beyond, the bins of one code averaged
/// choose the bound with the smallest  Σ P·ln(P / Q)
/// </code>
/// <para>256 bounds are compared, from that of one bin for each code to the largest magnitude. Both ends are cut at the same magnitude. Zeros are
/// left out, see <see cref="BinnedValues.WithoutZeros"/>. Meant for activations with long tails; it may cut more than the squared error would.</para>
/// <para>Source: S. Migacz, "8-bit inference with TensorRT", GTC 2017; the treatment of both signs is ours.</para>
/// </remarks>
public sealed class EntropyObserver : ClippingObserver
{
    private const int Candidates = 256;

    // What an empty bin of Q counts as, so that the divergence stays finite where only P has something.
    private const double Smoothing = 1e-4;

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public EntropyObserver(ObserverSpec spec) : base(spec)
    {
    }

    private protected override (float Low, float High) FindRange(BinnedValues values, double codes)
    {
        BinnedValues bulk = values.WithoutZeros();
        (double best, double bound) = (double.PositiveInfinity, bulk.Bound);
        for (int i = 1; i <= Candidates; i++)
        {
            double candidate = bulk.Bound * i / Candidates;
            (double low, double high) = Spec.Scheme.IsSymmetric() ? (-candidate, candidate) : bulk.Clip(candidate);
            // Fewer bins than codes would be represented without any error, which says nothing.
            if ((high - low) / bulk.Width < codes && i < Candidates) { continue; }
            double divergence = Divergence(bulk, low, high, (int)codes);
            if (divergence < best) { (best, bound) = (divergence, candidate); }
        }
        return bulk.Clip(bound);
    }

    private static double Divergence(BinnedValues values, double low, double high, int codes)
    {
        int first = Bin(values, low), last = Bin(values, high), bins = last - first + 1;
        double[] reference = values.Counts[first..(last + 1)];
        var (sums, filled) = (new double[codes], new int[codes]);
        double kept = 0;
        int[] code = new int[bins];
        for (int i = 0; i < bins; i++)
        {
            code[i] = Math.Clamp((int)((values.Low + (first + i + 0.5) * values.Width - low) / (high - low) * codes), 0, codes - 1);
            sums[code[i]] += reference[i];
            kept += reference[i];
        }
        reference[0] += values.Below(values.Low + first * values.Width);
        reference[^1] += values.Total - values.Below(values.Low + (last + 1) * values.Width);
        for (int i = 0; i < bins; i++)
        {
            if (reference[i] > 0) { filled[code[i]]++; }
        }
        double divergence = 0;
        for (int i = 0; i < bins; i++)
        {
            if (reference[i] <= 0) { continue; }
            double p = reference[i] / values.Total, q = kept > 0 ? sums[code[i]] / filled[code[i]] / kept : 0;
            divergence += p * Math.Log(p / Math.Max(q, Smoothing / bins));
        }
        return divergence;
    }

    private static int Bin(BinnedValues values, double value) => Math.Clamp((int)((value - values.Low) / values.Width), 0, values.Counts.Length - 1);
}
