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
}
