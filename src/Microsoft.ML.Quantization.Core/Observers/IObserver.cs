using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Watches one tensor during calibration and proposes quantization parameters for it, in memory that does not grow with the data.
/// </summary>
public interface IObserver
{
    /// <summary>What it was made from.</summary>
    ObserverSpec Spec { get; }

    /// <summary>Values seen so far. Zero means <see cref="CalculateQParams"/> can only guess.</summary>
    long Count { get; }

    /// <summary>Takes in one batch. An empty one is ignored.</summary>
    /// <param name="values">The elements, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes; only per-channel observers look at them.</param>
    /// <exception cref="QuantizationException">A value is NaN.</exception>
    void Observe(ReadOnlySpan<float> values, Shape shape);

    /// <summary>The parameters the values seen so far lead to; scale 1 and zero point 0 when there were none, as in PyTorch.</summary>
    QuantizationParameters CalculateQParams();

    /// <summary>All that is needed to resume or merge later.</summary>
    ObserverState Save();

    /// <summary>Replaces this observer's statistics by saved ones.</summary>
    /// <exception cref="QuantizationException">The state is of another observer, another version or damaged.</exception>
    void Load(ObserverState state);

    /// <summary>Adds the statistics of another observer that saw later data.</summary>
    /// <exception cref="QuantizationException">The other one is of another kind or has other settings.</exception>
    void Merge(IObserver later);
}
