using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>128-bit registers of floats on any processor: fmla on Arm. Where there is no fused instruction the runtime computes it exactly in software.</summary>
internal readonly unsafe struct Vector128Float : IFloatVector<Vector128<float>>
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static int Lanes => 4;

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    public static Vector128<float> FromBytes(sbyte* source) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<int>(source)).AsSByte())));

    public static Vector128<float> NibbleTable => default;

    public static Vector128<float> FromNibble(Vector128<float> table, Vector128<float> words) =>
        Vector128.ConvertToSingle(Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(words.AsInt32(), 28), 28));

    public static Vector128<float> NextNibble(Vector128<float> words) => Vector128.ShiftRightLogical(words.AsUInt32(), 4).AsSingle();

    public static Vector128<float> FusedMultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.FusedMultiplyAdd(a, b, c);

    // Comparisons with NaN are false and zeros are equal, so both stay.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddAndClamp(Vector128<float> value, Vector128<float> bias, Vector128<float> minimum, Vector128<float> maximum)
    {
        Vector128<float> sum = value + bias;
        sum = Vector128.ConditionalSelect(Vector128.LessThan(sum, minimum), minimum, sum);
        return Vector128.ConditionalSelect(Vector128.GreaterThan(sum, maximum), maximum, sum);
    }
}
