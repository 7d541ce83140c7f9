using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// What observers share that keep a histogram and cut its tails by a rule: derived classes hold the rule. They spend codes on the bulk of the
/// values and let rare large ones saturate.
/// </summary>
/// <remarks>
/// Memory, infinities, NaN and merging are those of <see cref="HistogramObserver"/>. Positions inside a bin are not known: a cut is as exact as
/// a bin is wide, so data with outliers thousands of times as large as the rest want more <see cref="ObserverSpec.Bins"/>.
/// </remarks>
public abstract class ClippingObserver : IObserver
{
    private readonly HistogramObserver _histogram;
    private readonly QuantizedRange _range;

    private protected ClippingObserver(ObserverSpec spec) => (_histogram, _range) = (new(spec), ObserverRules.Check(spec, perChannel: false));

    /// <inheritdoc/>
    public ObserverSpec Spec => _histogram.Spec;

    /// <summary>Finite values seen so far.</summary>
    public long Count => _histogram.Count;

    /// <summary>Infinities seen and left out.</summary>
    public long InfinitiesSeen => _histogram.InfinitiesSeen;

    /// <summary>Smallest finite value seen; +∞ before any.</summary>
    public float Minimum => _histogram.Minimum;

    /// <summary>Largest finite value seen; −∞ before any.</summary>
    public float Maximum => _histogram.Maximum;

    /// <inheritdoc/>
    public void Observe(ReadOnlySpan<float> values, Shape shape) => _histogram.Observe(values, shape);

    /// <inheritdoc/>
    public QuantizationParameters CalculateQParams()
    {
        if (Count == 0) { return ObserverRules.Unobserved(Spec); }
        // A constant has no tails.
        (float low, float high) = Minimum == Maximum ? (Minimum, Maximum) : FindRange(new BinnedValues([.. _histogram.Bins], Minimum, Maximum), _range.Steps + 1.0);
        return Parameters(low, high);
    }

    /// <inheritdoc/>
    public ObserverState Save() => _histogram.Save();

    /// <inheritdoc/>
    public void Load(ObserverState state) => _histogram.Load(state);

    /// <inheritdoc/>
    public void Merge(IObserver later) => _histogram.Merge(ObserverRules.Mergeable(this, later)._histogram);

    /// <summary>The parameters that a range leads to.</summary>
    private protected QuantizationParameters Parameters(float low, float high) => ParameterChooser.PerTensor(low, high, Spec.Scheme, Spec.Type, _range, Spec.HasCustomRange, Spec.Eps);

    /// <summary>The rule: the range worth keeping.</summary>
    /// <param name="values">The values seen; the range is not empty.</param>
    /// <param name="codes">Number of codes that the range will be spread over.</param>
    private protected abstract (float Low, float High) FindRange(BinnedValues values, double codes);
}
