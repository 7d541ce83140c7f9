namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Averages the smallest and the largest values of the batches, newer batches weighing more, of the tensor (<c>MovingAverageMinMax</c>) or of
/// each channel (<c>MovingAveragePerChannelMinMax</c>). A single outlier fades; the result depends on the size and order of batches.
/// </summary>
/// <remarks>
/// With the averaging constant c: <c>m ← m + c · (batch − m)</c> in float32, in this form; the first batch is taken as it is.
/// Merging in order of data agrees with one observer that saw everything to 1e-6 of the range's magnitude.
/// Source: torch.ao.quantization.observer, <c>MovingAverageMinMaxObserver</c> and <c>MovingAveragePerChannelMinMaxObserver</c>.
/// </remarks>
public sealed class MovingAverageMinMaxObserver : RangeObserver
{
    private float[] _firstMinima = [];
    private float[] _firstMaxima = [];

    /// <summary>An observer that has seen nothing.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="perChannel">A range for each channel; the scheme must agree.</param>
    /// <exception cref="QuantizationException">The settings contradict each other.</exception>
    public MovingAverageMinMaxObserver(ObserverSpec spec, bool perChannel = false) : base(spec, perChannel)
    {
    }

    /// <summary>Batches seen, empty ones not counted.</summary>
    public long Batches { get; private set; }

    private protected override void Start(ReadOnlySpan<float> minima, ReadOnlySpan<float> maxima)
    {
        base.Start(minima, maxima);
        (_firstMinima, _firstMaxima, Batches) = (minima.ToArray(), maxima.ToArray(), 1);
    }

    private protected override void Update(ReadOnlySpan<float> minima, ReadOnlySpan<float> maxima)
    {
        Average(MinimaArray, minima, Spec.AveragingConstant);
        Average(MaximaArray, maxima, Spec.AveragingConstant);
        Batches++;
    }

    private protected override void MergeRanges(RangeObserver later)
    {
        var other = (MovingAverageMinMaxObserver)later;
        double fade = Math.Pow(1.0 - Spec.AveragingConstant, other.Batches);
        Append(MinimaArray, other.MinimaArray, other._firstMinima, fade);
        Append(MaximaArray, other.MaximaArray, other._firstMaxima, fade);
        Batches += other.Batches;
    }

    private protected override void SaveMore(ObserverStateWriter writer)
    {
        writer.Add("batches", Batches);
        writer.Add("first_min_val", _firstMinima);
        writer.Add("first_max_val", _firstMaxima);
    }

    private protected override void LoadMore(ObserverStateReader reader, int channels)
    {
        long batches = reader.Integer("batches");
        float[] minima = reader.Floats("first_min_val", channels), maxima = reader.Floats("first_max_val", channels);
        if (batches < 0 || (batches == 0) != (channels == 0)) { throw reader.Damaged($"{batches} batches and {channels} ranges"); }
        (_firstMinima, _firstMaxima, Batches) = (minima, maxima, batches);
    }

    private static void Average(float[] running, ReadOnlySpan<float> batch, float constant)
    {
        for (int c = 0; c < running.Length; c++) { running[c] += constant * (batch[c] - running[c]); }
    }

    // An observer that had gone on would have faded its own value by (1−c)ⁿ, and would not have taken the later observer's first batch
    // b₁ at full weight but at c: the difference is (1−c)ⁿ·b₁.
    private static void Append(float[] running, float[] later, float[] first, double fade)
    {
        for (int c = 0; c < running.Length; c++) { running[c] = (float)(fade * running[c] + later[c] - fade * first[c]); }
    }
}
