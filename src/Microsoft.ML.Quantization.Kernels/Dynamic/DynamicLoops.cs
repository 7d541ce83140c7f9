using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What happens to the exact sums of a <see cref="DynamicProduct"/>. A buffer of floats holds the bits of integers in between.</summary>
internal static unsafe class DynamicLoops
{
    /// <summary>Whole numbers become the bits of the integers they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(Span<float> sums)
    {
        int i = 0;
        fixed (float* y = sums)
        {
            for (; i <= sums.Length - 8; i += 8) { Vector256.ConvertToInt32Native(Vector256.Load(y + i)).Store((int*)y + i); }
            for (; i < sums.Length; i++) { ((int*)y)[i] = (int)y[i]; }
        }
    }

    /// <summary>Adds whole numbers to integers.</summary>
    public static void Accumulate(ReadOnlySpan<float> part, Span<float> sums)
    {
        Span<int> integers = MemoryMarshal.Cast<float, int>(sums);
        for (int i = 0; i < part.Length; i++) { integers[i] += (int)part[i]; }
    }

    /// <summary>
    /// <c>y[m, n] = float32(y[m, n] + shift · sums[n]) · float32(scale · scales[n]) + bias[n]</c>, clamped, where y and sums hold whole numbers: a fused multiply-add
    /// rounds their exact result once, as the conversion of an integer does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleExact(Span<float> y, int outputs, int shift, float scale, float[] sums, float[] scales, float[] bias, float minimum, float maximum)
    {
        int wide = outputs & -8;
        fixed (float* values = y, weights = sums, factors = scales, biases = bias)
        {
            Vector256<float> shifts = Vector256.Create((float)shift), inputScale = Vector256.Create(scale), low = Vector256.Create(minimum), high = Vector256.Create(maximum);
            for (int row = 0; row < y.Length; row += outputs)
            {
                float* to = values + row;
                for (int n = 0; n < wide; n += 8)
                {
                    Vector256<float> sum = Vector256.FusedMultiplyAdd(shifts, Vector256.Load(weights + n), Vector256.Load(to + n));
                    Vector256<float> product = sum * (inputScale * Vector256.Load(factors + n));
                    // The limit first: NaN and a zero's sign pass.
                    Limits.Smaller(high, Limits.Larger(low, product + Vector256.Load(biases + n))).Store(to + n);
                }
                for (int n = wide; n < outputs; n++)
                {
                    float product = MathF.FusedMultiplyAdd(shift, weights[n], to[n]) * (scale * factors[n]);
                    to[n] = Requantization.Clamp(product + biases[n], minimum, maximum);
                }
            }
        }
    }

    /// <summary><c>y[m, n] = float32(y[m, n] + shift · sums[n]) · float32(scale · scales[n]) + bias[n]</c>, clamped, y holding integers before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(Span<float> y, int outputs, int shift, float scale, int[] sums, float[] scales, float[] bias, float minimum, float maximum)
    {
        fixed (float* values = y, factors = scales, biases = bias)
        fixed (int* weights = sums)
        {
            Vector256<int> shifts = Vector256.Create(shift);
            Vector256<float> inputScale = Vector256.Create(scale), low = Vector256.Create(minimum), high = Vector256.Create(maximum);
            for (int row = 0; row < y.Length; row += outputs)
            {
                float* to = values + row;
                int n = 0;
                for (; n <= outputs - 8; n += 8)
                {
                    Vector256<int> sum = Vector256.Load((int*)to + n) + shifts * Vector256.Load(weights + n);
                    Vector256<float> product = Vector256.ConvertToSingle(sum) * (inputScale * Vector256.Load(factors + n));
                    Limits.Smaller(high, Limits.Larger(low, product + Vector256.Load(biases + n))).Store(to + n);
                }
                for (; n < outputs; n++)
                {
                    float product = (float)(((int*)to)[n] + shift * weights[n]) * (scale * factors[n]);
                    to[n] = Requantization.Clamp(product + biases[n], minimum, maximum);
                }
            }
        }
    }
}
