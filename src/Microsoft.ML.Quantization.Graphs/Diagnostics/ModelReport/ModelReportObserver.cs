using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Statistics of one value over batches, in memory that does not grow with them.
/// <code>
/// average batch range = mean over batches of (max − min)
/// percentile ratio[c] = mean over batches of q(1) / q(p)      q: quantile of a channel, the lower neighbour; batches with q(1) = q(p) = 0 are left out
/// constant batches[c] = number of batches in which q(1) = q(0)
/// </code>
/// All in float32 and in PyTorch's order; an infinite ratio counts as the largest float, NaN as 0.
/// </summary>
/// <remarks>
/// Source: PyTorch <c>torch.ao.quantization.fx._model_report.model_report_observer.ModelReportObserver</c>. With channel axis 0 PyTorch takes
/// quantiles over the channels, one for each place in a channel; that is kept.
/// </remarks>
public sealed class ModelReportObserver
{
    private readonly float _percentile;
    private readonly MinMaxObserver _ranges;
    private float[] _ratios = [];
    private int[] _tracked = [], _constant = [];

    /// <summary>An observer that has seen nothing.</summary>
    /// <param name="channelAxis">Axis whose indexes are channels.</param>
    /// <param name="percentile">p, the quantile that the largest value is compared with.</param>
    /// <exception cref="QuantizationException">The percentile is not between 0 and 1.</exception>
    public ModelReportObserver(int channelAxis = 1, float percentile = 0.9f)
    {
        if (!(percentile is >= 0 and <= 1)) { throw new QuantizationException($"The percentile is {percentile}; expected a number from 0 to 1, such as 0.9."); }
        (ChannelAxis, _percentile, _ranges) = (channelAxis, percentile, ChannelScaling.Observer(channelAxis));
    }

    /// <summary>Axis whose indexes are channels.</summary>
    public int ChannelAxis { get; }

    /// <summary>Batches seen.</summary>
    public int Batches { get; private set; }

    /// <summary>Mean over batches of the range of a batch.</summary>
    public float AverageBatchRange { get; private set; }

    /// <summary>Smallest value seen.</summary>
    public float EpochMinimum { get; private set; } = float.PositiveInfinity;

    /// <summary>Largest value seen.</summary>
    public float EpochMaximum { get; private set; } = float.NegativeInfinity;

    /// <summary>Smallest value of each channel.</summary>
    public ReadOnlySpan<float> Minima => _ranges.Minima;

    /// <summary>Largest value of each channel.</summary>
    public ReadOnlySpan<float> Maxima => _ranges.Maxima;

    /// <summary>Ranges of the channels.</summary>
    public RangeObserver Ranges => _ranges;

    /// <summary>Mean ratio of the largest value to the percentile, for each channel.</summary>
    public ReadOnlySpan<float> PercentileRatios => _ratios;

    /// <summary>Batches that the ratio of each channel counts.</summary>
    public ReadOnlySpan<int> PercentileBatches => _tracked;

    /// <summary>Batches in which each channel was constant.</summary>
    public ReadOnlySpan<int> ConstantBatches => _constant;

    /// <summary>Average range of a batch relative to the range of all: near 1 for data that stays the same.</summary>
    /// <exception cref="QuantizationException">Nothing was seen, or the range is 0 or infinite.</exception>
    public float BatchToEpochRatio
    {
        get
        {
            float range = EpochMaximum - EpochMinimum;
            return range > 0 && float.IsFinite(range) ? AverageBatchRange / range : throw new QuantizationException(
                $"The values of all {Batches} batches range from {EpochMinimum} to {EpochMaximum}; expected a finite range above 0. Check the data, and the value's operator for a constant result.");
        }
    }

    /// <summary>Takes in one batch.</summary>
    /// <exception cref="QuantizationException">A value is NaN, or the number of channels changed.</exception>
    public void Observe(ReadOnlySpan<float> values, Shape shape)
    {
        if (values.IsEmpty) { return; }
        _ranges.Observe(values, shape);
        (float minimum, float maximum) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in values) { (minimum, maximum) = (MathF.Min(minimum, value), MathF.Max(maximum, value)); }
        (EpochMinimum, EpochMaximum) = (MathF.Min(EpochMinimum, minimum), MathF.Max(EpochMaximum, maximum));
        AverageBatchRange = (AverageBatchRange * Batches + (maximum - minimum)) / (Batches + 1);
        Batches++;
        ObserveQuantiles(values, ChannelLayout.Of(shape, ChannelAxis));
    }

    private void ObserveQuantiles(ReadOnlySpan<float> values, ChannelLayout layout)
    {
        bool across = ChannelAxis == 0;
        int perChannel = layout.Outer * layout.Inner, lines = across ? perChannel : layout.Channels;
        float[] line = new float[across ? layout.Channels : perChannel];
        if (_ratios.Length == 0) { (_ratios, _tracked, _constant) = (new float[lines], new int[lines], new int[lines]); }
        if (_ratios.Length != lines)
        {
            throw new QuantizationException($"A batch has {lines} places in a channel; expected {_ratios.Length} as before. Use batches of one size with channel axis 0.");
        }
        for (int at = 0; at < lines; at++)
        {
            for (int i = 0; i < line.Length; i++)
            {
                (int channel, int place) = across ? (i, at) : (at, i);
                line[i] = values[(place / layout.Inner * layout.Channels + channel) * layout.Inner + place % layout.Inner];
            }
            Array.Sort(line);
            Add(at, line[0], line[(int)MathF.Floor(_percentile * (line.Length - 1))], line[^1]);
        }
    }

    private void Add(int at, float lowest, float compared, float highest)
    {
        bool counts = compared != 0 || highest != 0;
        float ratio = counts ? Tame(highest / compared) : 0f;
        int tracked = _tracked[at] + (counts ? 1 : 0);
        _ratios[at] = Tame((_ratios[at] * _tracked[at] + ratio) / tracked);
        _tracked[at] = tracked;
        if (highest - lowest == 0) { _constant[at]++; }
    }

    // torch.nan_to_num
    private static float Tame(float value) => float.IsNaN(value) ? 0f : Math.Clamp(value, float.MinValue, float.MaxValue);
}
