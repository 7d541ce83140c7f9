namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// A narrower range for a row of embedding weights with a smaller squared error than its full range: a greedy search that cuts one of
/// <c>bins</c> slices from the side where that costs less.
/// </summary>
/// <remarks>Source: PyTorch <c>torch.choose_qparams_optimized</c> (ATen/native/quantized/cpu/QuantUtils and fbgemm's greedy search).</remarks>
public static class OptimizedRange
{
    /// <summary>The range found.</summary>
    /// <param name="values">One row; finite and not empty.</param>
    /// <param name="bits">Bits of a code, 1 to 8.</param>
    /// <param name="bins">Slices that the full range is cut into.</param>
    /// <param name="ratio">The part of the range that may be cut off.</param>
    /// <exception cref="QuantizationException">A value is not finite, there is none, or the bits are out of bounds.</exception>
    public static (float Minimum, float Maximum) Choose(ReadOnlySpan<float> values, int bits, int bins = 200, double ratio = 0.16)
    {
        if (bits is < 1 or > 8) { throw new QuantizationException($"Found {bits} bits; expected 1 to 8."); }
        if (values.IsEmpty) { throw new QuantizationException("Found an empty row; expected at least one value."); }
        (float minimum, float maximum) = ValueRange.Of(values, nameof(OptimizedRange));
        if (!float.IsFinite(maximum - minimum)) { throw new QuantizationException($"The values range from {minimum} to {maximum}; expected a finite range. Look for infinities in the weights."); }

        float step = (maximum - minimum) / bins;
        float keep = (int)(bins * (1 - ratio)) * step;
        (float low, float high) = (minimum, maximum);
        (float bestLow, float bestHigh) = (minimum, maximum);
        float best = Loss(values, low, high, bits);
        float loss = best;
        while (low + keep < high)
        {
            float fromLeft = Loss(values, low + step, high, bits), fromRight = Loss(values, low, high - step, bits);
            if (loss < fromLeft && loss < fromRight && loss < best) { (best, bestLow, bestHigh) = (loss, low, high); }
            if (fromLeft < fromRight) { (low, loss) = (low + step, fromLeft); }
            else { (high, loss) = (high - step, fromRight); }
        }
        return (bestLow, bestHigh);
    }

    // Euclidean norm of the error when the row is stored with a half-precision scale and minimum.
    private static float Loss(ReadOnlySpan<float> values, float minimum, float maximum, int bits)
    {
        int top = (1 << bits) - 1;
        float low = (float)(Half)minimum;
        float range = maximum - low;
        float scale = range == 0f ? 1f : (float)(Half)(range / top);
        if (scale == 0f) { scale = 1f; }
        float inverse = 1f / scale, sum = 0f;
        foreach (float value in values)
        {
            float code = MathF.Max(0f, MathF.Min(MathF.Round((value - low) * inverse, MidpointRounding.ToEven), top));
            float error = scale * code + low - value;
            sum += error * error;
        }
        return MathF.Sqrt(sum);
    }
}
