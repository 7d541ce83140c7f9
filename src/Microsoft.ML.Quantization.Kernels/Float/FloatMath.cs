namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Transcendental functions with the same bits on every processor, operating system and vector width. The errors stated are the largest
/// against double precision, in units in the last place (tested).
/// </summary>
public static class FloatMath
{
    /// <summary>eˣ within 1.5 ulp (results below the normal floats: 2 ulp of their own).</summary>
    public static float Exp(float x) => FloatFormulas.Exp<ScalarArithmetic, float>(x);

    /// <summary>Natural logarithm within 1.5 ulp; NaN below 0, −∞ at 0.</summary>
    public static float Log(float x) => FloatFormulas.Log<ScalarArithmetic, float>(x);

    /// <summary>Hyperbolic tangent within 2 ulp.</summary>
    public static float Tanh(float x) => FloatFormulas.Tanh<ScalarArithmetic, float>(x);

    /// <summary>1 / (1 + e⁻ˣ) within 3 ulp.</summary>
    public static float Sigmoid(float x) => FloatFormulas.Sigmoid<ScalarArithmetic, float>(x);

    /// <summary>The error function within 1.5 ulp.</summary>
    public static float Erf(float x) => FloatFormulas.Erf<ScalarArithmetic, float>(x);

    /// <summary>The sine within 0.51 ulp.</summary>
    public static float Sin(float x) => (float)WideMath.SinCos(x).Sin;

    /// <summary>The cosine within 0.51 ulp.</summary>
    public static float Cos(float x) => (float)WideMath.SinCos(x).Cos;

    /// <summary>The tangent within 0.51 ulp.</summary>
    public static float Tan(float x)
    {
        (double sin, double cos) = WideMath.SinCos(x);
        return (float)(sin / cos);
    }

    /// <summary>The arc sine within 0.51 ulp.</summary>
    public static float Asin(float x) => (float)WideMath.Asin(x);

    /// <summary>The arc cosine within 0.51 ulp.</summary>
    public static float Acos(float x) => (float)WideMath.Acos(x);

    /// <summary>The arc tangent within 0.51 ulp.</summary>
    public static float Atan(float x) => (float)WideMath.Atan(x);

    /// <summary>The hyperbolic sine within 0.51 ulp.</summary>
    public static float Sinh(float x) => (float)WideMath.Sinh(x);

    /// <summary>The hyperbolic cosine within 0.51 ulp.</summary>
    public static float Cosh(float x) => (float)WideMath.Cosh(x);

    /// <summary>The inverse hyperbolic sine within 0.51 ulp.</summary>
    public static float Asinh(float x) => (float)WideMath.Asinh(x);

    /// <summary>The inverse hyperbolic cosine within 0.51 ulp.</summary>
    public static float Acosh(float x) => (float)WideMath.Acosh(x);

    /// <summary>The inverse hyperbolic tangent within 0.51 ulp.</summary>
    public static float Atanh(float x) => (float)WideMath.Atanh(x);

    /// <summary>ln(1 + x) within 0.51 ulp.</summary>
    public static float LogOnePlus(float x) => (float)WideMath.LogOnePlus(x);

    /// <summary>ln(1 + eˣ) within 0.51 ulp.</summary>
    public static float Softplus(float x) => (float)(Math.Max((double)x, 0.0) + WideMath.LogOnePlus(WideMath.Exp(-Math.Abs((double)x))));

    /// <summary>x to the power y within 0.51 ulp, by C's rules for signs, zeros, infinities and NaN.</summary>
    public static float Pow(float x, float y) => (float)WideMath.Pow(x, y);

    /// <summary>eˣ in double precision, within 2 ulp.</summary>
    public static double WideExp(double x) => WideMath.Exp(x);

    /// <summary>Natural logarithm in double precision, within 2 ulp.</summary>
    public static double WideLog(double x) => WideMath.Log(x);

    /// <summary>x to the power y in double precision, by C's rules; within 1e-13 relative.</summary>
    public static double Pow(double x, double y) => WideMath.Pow(x, y);
}
