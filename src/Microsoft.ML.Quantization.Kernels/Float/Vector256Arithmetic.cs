using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Eight floats. Portable: where the hardware has no such register the runtime emulates it with the same results.</summary>
internal readonly struct Vector256Arithmetic : IFloatArithmetic<Vector256<float>>
{
    public static Vector256<float> Constant(float value) => Vector256.Create(value);

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    public static Vector256<float> FusedMultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);

    public static Vector256<float> Abs(Vector256<float> a) => Vector256.Abs(a);

    public static Vector256<float> CopySign(Vector256<float> magnitude, Vector256<float> sign) =>
        Vector256.ConditionalSelect(Vector256.Create(int.MinValue).AsSingle(), sign, magnitude);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectLess(Vector256<float> a, Vector256<float> b, Vector256<float> then, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.LessThan(a, b), then, otherwise);

    public static Vector256<float> AtLeast(Vector256<float> a, float bound) => Limits.Larger(Vector256.Create(bound), a);

    public static Vector256<float> AtMost(Vector256<float> a, float bound) => Limits.Smaller(Vector256.Create(bound), a);

    public static Vector256<float> ToExponent(Vector256<float> a) => (a.AsInt32() << 23).AsSingle();

    public static Vector256<float> Scale(Vector256<float> a, Vector256<float> n) => FloatInstructions.Scale(a, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SplitExponent(Vector256<float> a, out Vector256<float> mantissa)
    {
        Vector256<int> bits = a.AsInt32();
        Vector256<int> exponent = (bits - Vector256.Create(FloatFormulas.RootOfHalfBits)) >> 23;
        mantissa = (bits - (exponent << 23)).AsSingle();
        return Vector256.ConvertToSingle(exponent);
    }
}
