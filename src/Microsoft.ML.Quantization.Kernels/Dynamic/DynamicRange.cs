using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The range of floats that are quantized when they are computed, 0 included. The codes follow ONNX DynamicQuantizeLinear:
/// <c>scale = (High − Low) / 255, zero point = rne(clamp(−Low / scale, 0, 255))</c>, uint8.
/// </summary>
/// <param name="Low">The smallest value, at most 0.</param>
/// <param name="High">The largest value, at least 0.</param>
public readonly record struct DynamicRange(float Low, float High)
{
    /// <summary>The range of some values; NaN is passed over. The same bits on every processor: smallest and largest do not depend on an order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe DynamicRange Of(ReadOnlySpan<float> x)
    {
        // Several of each, because each waits for the one before it.
        Vector256<float> lows = default, lows1 = default, lows2 = default, lows3 = default, highs = default, highs1 = default, highs2 = default, highs3 = default;
        int i = 0;
        fixed (float* from = x)
        {
            for (; i <= x.Length - 32; i += 32)
            {
                Vector256<float> value = Vector256.Load(from + i), value1 = Vector256.Load(from + i + 8), value2 = Vector256.Load(from + i + 16), value3 = Vector256.Load(from + i + 24);
                (lows, highs) = (Limits.Smaller(value, lows), Limits.Larger(value, highs));
                (lows1, highs1) = (Limits.Smaller(value1, lows1), Limits.Larger(value1, highs1));
                (lows2, highs2) = (Limits.Smaller(value2, lows2), Limits.Larger(value2, highs2));
                (lows3, highs3) = (Limits.Smaller(value3, lows3), Limits.Larger(value3, highs3));
            }
        }
        lows = Limits.Smaller(Limits.Smaller(lows, lows1), Limits.Smaller(lows2, lows3));
        highs = Limits.Larger(Limits.Larger(highs, highs1), Limits.Larger(highs2, highs3));
        DynamicRange range = default;
        for (int lane = 0; lane < 8; lane++) { range = range.With(lows[lane]).With(highs[lane]); }
        for (; i < x.Length; i++) { range = range.With(x[i]); }
        return range;
    }

    /// <summary>The range of both.</summary>
    public DynamicRange With(DynamicRange other) => With(other.Low).With(other.High);

    /// <summary>The map from reals to codes. A range of one point at 0 has scale 1.</summary>
    /// <exception cref="QuantizationException">The range is not finite.</exception>
    public CodeParameters ToParameters()
    {
        float scale = (High - Low) / 255f;
        if (!float.IsFinite(scale)) { throw new QuantizationException($"Values from {Low} to {High} cannot be quantized when they are computed; expected finite ones. Run the float model on the same data and find the operator they come from."); }
        // The scale of a range below the smallest floats would be 0.
        if (scale == 0f) { scale = 1f; }
        return new(scale, (int)MathF.Round(Math.Clamp(-Low / scale, 0f, 255f), MidpointRounding.ToEven), signed: false);
    }

    private DynamicRange With(float value) => new(value < Low ? value : Low, value > High ? value : High);
}
