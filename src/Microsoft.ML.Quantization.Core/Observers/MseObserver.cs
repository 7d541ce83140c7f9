using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Searches the range whose codes represent the values with the smallest squared error: saturation against the width of a step.
/// </summary>
/// <remarks>
/// <para>Both ends (symmetric schemes: the magnitude) are moved in turn over 64 positions from 0 to the outermost value and then over 64 finer ones
/// around the best, until neither gains. Unlike <see cref="HistogramObserver"/>, which walks inwards and stops at the first rise, it
/// does not stop at a local minimum of a tail, and it counts the error of the very parameters it would propose.</para>
/// <para>The error is that of <see cref="HistogramRangeSearch.Error"/>: values spread evenly in their bin, so it is blind inside a bin.</para>
/// </remarks>
public sealed class MseObserver : ClippingObserver
{
    private const int Positions = 64, MostRounds = 4;

    /// <summary>An observer that has seen nothing.</summary>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public MseObserver(ObserverSpec spec) : base(spec)
    {
    }

    private protected override (float Low, float High) FindRange(BinnedValues values, double codes)
    {
        BinnedValues bulk = values.WithoutZeros();
        if (Spec.Scheme.IsSymmetric()) { return bulk.Clip(Best(bulk.Bound, bound => Error(bulk, -bound, bound))); }

        (double low, double high) = bulk.Clip(bulk.Bound);
        for (int round = 0; round < MostRounds; round++)
        {
            (double lowBefore, double highBefore) = (low, high);
            high = Best(Math.Max(bulk.High, 0f), end => Error(bulk, low, end));
            low = Best(Math.Min(bulk.Low, 0f), end => Error(bulk, end, high));
            if (low == lowBefore && high == highBefore) { break; }
        }
        return ((float)low, (float)high);
    }

    // The end between 0 and the outermost value with the smallest error; the outermost of equals.
    private static double Best(double outermost, Func<double, double> error)
    {
        if (outermost == 0) { return 0; }
        double coarse = Scan(outermost / Positions, outermost);
        return Scan(outermost / (Positions * Positions), Math.MinMagnitude(coarse + outermost / Positions, outermost));

        double Scan(double step, double from)
        {
            (double best, double least) = (from, error(from));
            for (int i = 1; i < 2 * Positions; i++)
            {
                double end = from - i * step;
                // Beyond 0 on the other side.
                if (end * Math.Sign(outermost) < 0) { break; }
                double candidate = error(end);
                if (candidate < least) { (best, least) = (end, candidate); }
            }
            return best;
        }
    }

    private double Error(BinnedValues values, double low, double high)
    {
        QuantizationParameters parameters = Parameters((float)low, (float)high);
        // Half a step outside the outermost codes, in bins.
        double first = Position(parameters.Range.Minimum - 0.5), end = Position(parameters.Range.Maximum + 0.5);
        return HistogramRangeSearch.Error(values.Counts, values.Low, values.High, first, end - 1, parameters.Range.Steps + 1.0);

        double Position(double code) => ((code - parameters.ZeroPoint) * parameters.Scale - values.Low) / values.Width;
    }
}
