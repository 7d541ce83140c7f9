using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Element-wise float kernels: the loop once, the function as a struct.</summary>
internal static unsafe class VectorFloats
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TFunction, TFloat, TVector>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where TFunction : struct, IFloatFunction
        where TFloat : struct, IFloatVector<TVector>
        where TVector : struct
    {
        FloatLoops.Require(a.Length, b.Length, y.Length);
        int i = 0;
        fixed (float* p = a, q = b, to = y)
        {
            for (; TFloat.Lanes == 16 && i <= a.Length - 16; i += 16) { TFunction.Of<Vector512Arithmetic, Vector512<float>>(Vector512.Load(p + i), Vector512.Load(q + i)).Store(to + i); }
            for (; i <= a.Length - 8; i += 8) { TFunction.Of<Vector256Arithmetic, Vector256<float>>(Vector256.Load(p + i), Vector256.Load(q + i)).Store(to + i); }
            for (; i < a.Length; i++) { to[i] = TFunction.Of<ScalarArithmetic, float>(p[i], q[i]); }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Clip(ReadOnlySpan<float> x, Span<float> y, float minimum, float maximum)
    {
        LengthCheck.AtLeast(y.Length, x.Length);
        Vector256<float> low = Vector256.Create(minimum), high = Vector256.Create(maximum);
        int i = 0;
        fixed (float* from = x, to = y)
        {
            for (; i <= x.Length - 8; i += 8)
            {
                Vector256<float> value = Vector256.Load(from + i);
                value = Vector256.ConditionalSelect(Vector256.LessThan(value, low), low, value);
                Vector256.ConditionalSelect(Vector256.GreaterThan(value, high), high, value).Store(to + i);
            }
        }
        FloatLoops.Clip(x[i..], y[i..], minimum, maximum);
    }

    /// <summary>The order of <see cref="FloatLoops.Sum"/>: two registers are its sixteen lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(ReadOnlySpan<float> x)
    {
        Vector256<float> low = default, high = default;
        float* lanes = stackalloc float[16];
        int i = 0;
        fixed (float* from = x)
        {
            for (; i <= x.Length - 16; i += 16)
            {
                low += Vector256.Load(from + i);
                high += Vector256.Load(from + i + 8);
            }
        }
        low.Store(lanes);
        high.Store(lanes + 8);
        for (; i < x.Length; i++) { lanes[i % 16] += x[i]; }
        for (int half = 8; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++) { lanes[lane] += lanes[lane + half]; }
        }
        return lanes[0];
    }
}
