using System.Numerics.Tensors;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Remembers the smallest and the largest value seen, of the tensor (<c>MinMax</c>) or of each channel (<c>PerChannelMinMax</c>). One outlier
/// widens the range for good; see <see cref="HistogramObserver"/> when that costs accuracy.
/// </summary>
/// <remarks>
/// Merging is exact: the order of batches does not matter. Source: torch.ao.quantization.observer, <c>MinMaxObserver</c> and
/// <c>PerChannelMinMaxObserver</c>.
/// </remarks>
public sealed class MinMaxObserver : RangeObserver
{
    /// <summary>An observer that has seen nothing.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="perChannel">A range for each channel; the scheme must agree.</param>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public MinMaxObserver(ObserverSpec spec, bool perChannel = false) : base(spec, perChannel)
    {
    }

    private protected override void Update(ReadOnlySpan<float> minima, ReadOnlySpan<float> maxima)
    {
        TensorPrimitives.Min(MinimaArray, minima, MinimaArray);
        TensorPrimitives.Max(MaximaArray, maxima, MaximaArray);
    }

    private protected override void MergeRanges(RangeObserver later) => Update(later.Minima, later.Maxima);
}
