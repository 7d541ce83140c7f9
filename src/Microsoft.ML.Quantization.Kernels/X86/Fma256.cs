using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>256-bit registers with vfmadd and integers.</summary>
internal readonly unsafe struct Fma256 : IFloatVector<Vector256<float>>
{
    public static bool IsSupported => Fma.IsSupported && Avx2.IsSupported;

    public static int Lanes => 8;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    public static Vector256<float> FromBytes(sbyte* source) => Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source));

    public static Vector256<float> NibbleTable => default;

    public static Vector256<float> FromNibble(Vector256<float> table, Vector256<float> words) =>
        Avx.ConvertToVector256Single(Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(words.AsInt32(), 28), 28));

    public static Vector256<float> NextNibble(Vector256<float> words) => Vector256.ShiftRightLogical(words.AsUInt32(), 4).AsSingle();

    public static Vector256<float> FusedMultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Fma.MultiplyAdd(a, b, c);

    // vmaxps and vminps return their second operand for NaN and for two zeros, which is what the contract asks for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddAndClamp(Vector256<float> value, Vector256<float> bias, Vector256<float> minimum, Vector256<float> maximum) =>
        Avx.Min(maximum, Avx.Max(minimum, value + bias));
}
