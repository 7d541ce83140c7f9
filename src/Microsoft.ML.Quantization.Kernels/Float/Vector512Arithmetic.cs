using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Sixteen floats. Portable: where the hardware has no such register the runtime emulates it with the same results.</summary>
internal readonly struct Vector512Arithmetic : IFloatArithmetic<Vector512<float>>
{
    public static Vector512<float> Constant(float value) => Vector512.Create(value);

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    public static Vector512<float> FusedMultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);

    public static Vector512<float> Abs(Vector512<float> a) => Vector512.Abs(a);

    public static Vector512<float> CopySign(Vector512<float> magnitude, Vector512<float> sign) =>
        Vector512.ConditionalSelect(Vector512.Create(int.MinValue).AsSingle(), sign, magnitude);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectLess(Vector512<float> a, Vector512<float> b, Vector512<float> then, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.LessThan(a, b), then, otherwise);

    public static Vector512<float> AtLeast(Vector512<float> a, float bound) => Limits.Larger(Vector512.Create(bound), a);

    public static Vector512<float> AtMost(Vector512<float> a, float bound) => Limits.Smaller(Vector512.Create(bound), a);

    public static Vector512<float> ToExponent(Vector512<float> a) => (a.AsInt32() << 23).AsSingle();

    public static Vector512<float> Scale(Vector512<float> a, Vector512<float> n) => FloatInstructions.Scale(a, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SplitExponent(Vector512<float> a, out Vector512<float> mantissa)
    {
        Vector512<int> bits = a.AsInt32();
        Vector512<int> exponent = (bits - Vector512.Create(FloatFormulas.RootOfHalfBits)) >> 23;
        mantissa = (bits - (exponent << 23)).AsSingle();
        return Vector512.ConvertToSingle(exponent);
    }
}
