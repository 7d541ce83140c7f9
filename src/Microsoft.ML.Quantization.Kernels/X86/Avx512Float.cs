using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>512-bit registers with vfmadd.</summary>
internal readonly unsafe struct Avx512Float : IFloatVector<Vector512<float>>
{
    public static bool IsSupported => Avx512F.IsSupported;

    public static int Lanes => 16;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> FromBytes(sbyte* source) => Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    public static Vector512<float> NibbleTable => Vector512.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, -8f, -7f, -6f, -5f, -4f, -3f, -2f, -1f);

    // vpermps looks at the low four bits of an index only.
    public static Vector512<float> FromNibble(Vector512<float> table, Vector512<float> words) => Avx512F.PermuteVar16x32(table, words.AsInt32());

    public static Vector512<float> NextNibble(Vector512<float> words) => Vector512.ShiftRightLogical(words.AsUInt32(), 4).AsSingle();

    public static Vector512<float> FusedMultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    // vmaxps and vminps return their second operand for NaN and for two zeros, which is what the contract asks for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddAndClamp(Vector512<float> value, Vector512<float> bias, Vector512<float> minimum, Vector512<float> maximum) =>
        Avx512F.Min(maximum, Avx512F.Max(minimum, value + bias));
}
