using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Our transcendental functions, once for every width. The coefficients are those of Cephes (expf, logf, tanhf) and, for erf, a
/// minimax fit by N. Juffa; the order of operations and every fused multiply-add are fixed here.
/// </summary>
internal static class FloatFormulas
{
    /// <summary>The bits of √½.</summary>
    public const int RootOfHalfBits = 0x3F3504F3;

    /// <summary>1.5 · 2²³: adding and subtracting it rounds to the nearest integer, ties to even.</summary>
    private const float Magic = 12582912f;

    /// <summary>Outside of these the result is 0 or infinity; inside, the exponent stays small enough to be scaled by.</summary>
    private const float Lowest = -104f, Highest = 89f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct => LimitedExp<TF, T>(TF.AtMost(TF.AtLeast(x, Lowest), Highest));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LimitedExp<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T n = Nearest<TF, T>(x, 1.44269504f);
        T r = TF.FusedMultiplyAdd(n, TF.Constant(-0.693147182f), x);
        r = TF.FusedMultiplyAdd(n, TF.Constant(1.90465421e-9f), r);
        T p = TF.Constant(1.9875691500e-4f);
        p = TF.FusedMultiplyAdd(p, r, TF.Constant(1.3981999507e-3f));
        p = TF.FusedMultiplyAdd(p, r, TF.Constant(8.3334519073e-3f));
        p = TF.FusedMultiplyAdd(p, r, TF.Constant(4.1665795894e-2f));
        p = TF.FusedMultiplyAdd(p, r, TF.Constant(1.6666665459e-1f));
        p = TF.FusedMultiplyAdd(p, r, TF.Constant(5.0000001201e-1f));
        p = TF.Add(TF.FusedMultiplyAdd(p, TF.Multiply(r, r), r), TF.Constant(1f));
        return TF.Scale(p, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T tiny = TF.Constant(1.17549435e-38f);
        T normal = TF.SelectLess(x, tiny, TF.Multiply(x, TF.Constant(8388608f)), x);
        T e = TF.SplitExponent(normal, out T mantissa);
        e = TF.Subtract(e, TF.SelectLess(x, tiny, TF.Constant(23f), TF.Constant(0f)));
        T f = TF.Subtract(mantissa, TF.Constant(1f)), z = TF.Multiply(f, f);
        T p = TF.Constant(7.0376836292e-2f);
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(-1.1514610310e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(1.1676998740e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(-1.2420140846e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(1.4249322787e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(-1.6668057665e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(2.0000714765e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(-2.4999993993e-1f));
        p = TF.FusedMultiplyAdd(p, f, TF.Constant(3.3333331174e-1f));
        p = TF.Multiply(TF.Multiply(p, f), z);
        p = TF.FusedMultiplyAdd(e, TF.Constant(-2.12194440e-4f), p);
        p = TF.FusedMultiplyAdd(z, TF.Constant(-0.5f), p);
        T log = TF.FusedMultiplyAdd(e, TF.Constant(0.693359375f), TF.Add(f, p));
        // NaN through the product; then zero, negative numbers and infinity.
        log = TF.FusedMultiplyAdd(x, TF.Constant(0f), log);
        log = TF.SelectLess(x, TF.Constant(float.Epsilon), TF.Constant(float.NegativeInfinity), log);
        log = TF.SelectLess(x, TF.Constant(0f), TF.Constant(float.NaN), log);
        return TF.SelectLess(TF.Constant(float.MaxValue), x, x, log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T magnitude = TF.Abs(x), z = TF.Multiply(x, x);
        T p = TF.Constant(-5.70498872745e-3f);
        p = TF.FusedMultiplyAdd(p, z, TF.Constant(2.06390887954e-2f));
        p = TF.FusedMultiplyAdd(p, z, TF.Constant(-5.37397155531e-2f));
        p = TF.FusedMultiplyAdd(p, z, TF.Constant(1.33314422036e-1f));
        p = TF.FusedMultiplyAdd(p, z, TF.Constant(-3.33332819422e-1f));
        T small = TF.FusedMultiplyAdd(TF.Multiply(p, z), x, x);
        T e = LimitedExp<TF, T>(TF.AtMost(TF.Add(magnitude, magnitude), Highest));
        T large = TF.Subtract(TF.Constant(1f), TF.Divide(TF.Constant(2f), TF.Add(e, TF.Constant(1f))));
        return TF.SelectLess(magnitude, TF.Constant(0.625f), small, TF.CopySign(large, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T e = LimitedExp<TF, T>(TF.AtLeast(TF.CopySign(x, TF.Constant(-1f)), Lowest));
        return TF.Divide(TF.SelectLess(x, TF.Constant(0f), e, TF.Constant(1f)), TF.Add(e, TF.Constant(1f)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T small = ErfNearZero<TF, T>(x);
        // From 4 on erf is 1 in float32, and the polynomial need not be valid further out.
        T magnitude = TF.Abs(x);
        T t = TF.SelectLess(TF.Constant(4f), magnitude, TF.Constant(4f), magnitude);
        T s = TF.Multiply(t, t);
        T p = TF.FusedMultiplyAdd(TF.Constant(-1.72853470e-5f), t, TF.Constant(3.83197126e-4f));
        T q = TF.FusedMultiplyAdd(TF.Constant(-3.88396438e-3f), t, TF.Constant(2.42546219e-2f));
        p = TF.FusedMultiplyAdd(p, s, q);
        p = TF.FusedMultiplyAdd(p, t, TF.Constant(-1.06777877e-1f));
        p = TF.FusedMultiplyAdd(p, t, TF.Constant(-6.34846687e-1f));
        p = TF.FusedMultiplyAdd(p, t, TF.Constant(-1.28717512e-1f));
        p = TF.FusedMultiplyAdd(p, t, TF.Subtract(TF.Constant(0f), t));
        T large = TF.CopySign(TF.Subtract(TF.Constant(1f), Exp<TF, T>(p)), x);
        return TF.SelectLess(magnitude, TF.Constant(0.927734375f), small, large);
    }

    private static T ErfNearZero<TF, T>(T x) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T s = TF.Multiply(x, x);
        T p = TF.Constant(-5.96761703e-4f);
        p = TF.FusedMultiplyAdd(p, s, TF.Constant(4.99119423e-3f));
        p = TF.FusedMultiplyAdd(p, s, TF.Constant(-2.67681349e-2f));
        p = TF.FusedMultiplyAdd(p, s, TF.Constant(1.12819925e-1f));
        p = TF.FusedMultiplyAdd(p, s, TF.Constant(-3.76125336e-1f));
        p = TF.FusedMultiplyAdd(p, s, TF.Constant(1.28379166e-1f));
        return TF.FusedMultiplyAdd(p, x, x);
    }

    /// <summary>The integer nearest to x · factor.</summary>
    private static T Nearest<TF, T>(T x, float factor) where TF : struct, IFloatArithmetic<T> where T : struct =>
        TF.Subtract(TF.FusedMultiplyAdd(x, TF.Constant(factor), TF.Constant(Magic)), TF.Constant(Magic));

    /// <summary>p · 2ⁿ in two steps, because 2ⁿ itself may lie outside of the normal floats although the result does not. The first is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScaleTwice<TF, T>(T p, T n) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T half = Nearest<TF, T>(n, 0.5f);
        return TF.Multiply(TF.Multiply(p, PowerOfTwo<TF, T>(half)), PowerOfTwo<TF, T>(TF.Subtract(n, half)));
    }

    /// <summary>2ⁿ for an integer n that a normal float can have as exponent.</summary>
    private static T PowerOfTwo<TF, T>(T n) where TF : struct, IFloatArithmetic<T> where T : struct =>
        TF.ToExponent(TF.Add(n, TF.Constant(Magic + 127f)));
}
