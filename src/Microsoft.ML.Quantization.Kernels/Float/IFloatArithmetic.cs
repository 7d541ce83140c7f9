namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The operations our transcendental functions are made of, for one float or for a register of them. Each is exact or correctly rounded,
/// so a formula written over this interface gives the same bits in every width.
/// </summary>
internal interface IFloatArithmetic<T> where T : struct
{
    static abstract T Constant(float value);

    static abstract T Add(T a, T b);

    static abstract T Subtract(T a, T b);

    static abstract T Multiply(T a, T b);

    static abstract T Divide(T a, T b);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract T FusedMultiplyAdd(T a, T b, T c);

    static abstract T Abs(T a);

    static abstract T CopySign(T magnitude, T sign);

    /// <summary>a &lt; b ? then : otherwise; NaN is not less.</summary>
    static abstract T SelectLess(T a, T b, T then, T otherwise);

    /// <summary>a &lt; bound ? bound : a; NaN stays.</summary>
    static abstract T AtLeast(T a, float bound);

    /// <summary>bound &lt; a ? bound : a; NaN stays.</summary>
    static abstract T AtMost(T a, float bound);

    /// <summary>The float whose bits are the bits of a, shifted left by 23: the low bits of a become the exponent.</summary>
    static abstract T ToExponent(T a);

    /// <summary>a · 2ⁿ rounded once, for an a in [½, 2] and an integer n from −150 to 128.</summary>
    static abstract T Scale(T a, T n);

    /// <summary>For a normal positive a: the power of two that puts the mantissa into [√½, √2).</summary>
    static abstract T SplitExponent(T a, out T mantissa);
}
