namespace Microsoft.ML.Quantization.Kernels;

/// <summary>One float.</summary>
internal readonly struct ScalarArithmetic : IFloatArithmetic<float>
{
    public static float Constant(float value) => value;

    public static float Add(float a, float b) => a + b;

    public static float Subtract(float a, float b) => a - b;

    public static float Multiply(float a, float b) => a * b;

    public static float Divide(float a, float b) => a / b;

    public static float FusedMultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static float Abs(float a) => MathF.Abs(a);

    public static float CopySign(float magnitude, float sign) => MathF.CopySign(magnitude, sign);

    public static float SelectLess(float a, float b, float then, float otherwise) => a < b ? then : otherwise;

    public static float AtLeast(float a, float bound) => a < bound ? bound : a;

    public static float AtMost(float a, float bound) => bound < a ? bound : a;

    public static float ToExponent(float a) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a) << 23);

    public static float Scale(float a, float n) => FloatFormulas.ScaleTwice<ScalarArithmetic, float>(a, n);

    public static float SplitExponent(float a, out float mantissa)
    {
        int bits = BitConverter.SingleToInt32Bits(a);
        int exponent = (bits - FloatFormulas.RootOfHalfBits) >> 23;
        mantissa = BitConverter.Int32BitsToSingle(bits - (exponent << 23));
        return exponent;
    }
}
