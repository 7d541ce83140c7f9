namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// Parameters from the range of the tensor at hand, as dynamic quantization and PyTorch's fused fake-quantize choose them. Not the formula of
/// observers: it has a floor for small scales and picks the zero point that errs less.
/// </summary>
/// <remarks>Source: PyTorch ATen/native/quantized/cpu/QuantUtils.h, <c>ChooseQuantizationParams</c>.</remarks>
public static class DynamicParameters
{
    // PyTorch's SMALL_SCALE_THRESHOLD: below it some kernels' fixed-point multipliers lose accuracy.
    private const float SmallestScale = 6.1e-5f;

    /// <summary>The codes dynamic quantization uses: those of the type, halved when <paramref name="reduceRange"/> is set.</summary>
    public static QuantizedRange Range(ElementType type, bool reduceRange) => RangeSelector.Select(type, reduceRange: reduceRange);

    /// <summary>Scale (double; float32 when used) and zero point for values from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    /// <param name="minimum">Smallest value; finite.</param>
    /// <param name="maximum">Largest value; finite.</param>
    /// <param name="range">Codes in use.</param>
    /// <param name="preserveSparsity">Put the zero point in the middle when the values have both signs, as symmetric weights do.</param>
    /// <exception cref="QuantizationException">The values are not a finite range.</exception>
    public static (double Scale, int ZeroPoint) Choose(float minimum, float maximum, QuantizedRange range, bool preserveSparsity = false)
    {
        if (!(minimum <= maximum) || float.IsInfinity(minimum) || float.IsInfinity(maximum))
        {
            throw new QuantizationException($"The values range from {minimum} to {maximum}; expected a finite range with smallest <= largest. Look for NaN and infinities in the data.");
        }
        int steps = checked((int)range.Steps);
        (float low, float high) = (MathF.Min(minimum, 0f), MathF.Max(maximum, 0f));
        bool centred = preserveSparsity && low < 0f && high > 0f;
        if (centred)
        {
            (int left, int right) = (-(steps / 2 + 1), steps / 2);
            double bound = Math.Max(Math.Abs((double)low / left), Math.Abs((double)high / right));
            (low, high) = ((float)(left * bound), (float)(right * bound));
        }
        double scale = ((double)high - low) / steps;
        if ((float)scale == 0f || float.IsInfinity(1f / (float)scale)) { scale = 0.1; }
        if (scale < SmallestScale) { (scale, low, high) = Widen(scale, low, high, steps); }
        return (scale, centred ? (int)((range.Minimum + (long)range.Maximum) / 2) : ZeroPoint(scale, low, high, range));
    }

    private static (double Scale, float Low, float High) Widen(double scale, float low, float high, int steps)
    {
        float old = (float)scale;
        if (low == 0f) { return (SmallestScale, low, SmallestScale * steps); }
        if (high == 0f) { return (SmallestScale, -SmallestScale * steps, high); }
        float by = SmallestScale / old;
        return (SmallestScale, low * by, high * by);
    }

    // Either end of the range may be represented exactly; the end with the smaller rounding error decides.
    private static int ZeroPoint(double scale, float low, float high, QuantizedRange range)
    {
        double fromLow = range.Minimum - low / scale, fromHigh = range.Maximum - high / scale;
        double lowError = Math.Abs(range.Minimum) - Math.Abs(low / scale), highError = Math.Abs(range.Maximum) - Math.Abs(high / scale);
        double initial = lowError < highError ? fromLow : fromHigh;
        return initial < range.Minimum ? range.Minimum : initial > range.Maximum ? range.Maximum : (int)Math.Round(initial, MidpointRounding.ToEven);
    }
}
