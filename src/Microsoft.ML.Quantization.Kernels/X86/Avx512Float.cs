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

    public static Vector512<float> FusedMultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

    // vmaxps and vminps return their second operand for NaN and for two zeros, which is what the contract asks for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddAndClamp(Vector512<float> value, Vector512<float> bias, Vector512<float> minimum, Vector512<float> maximum) =>
        Avx512F.Min(maximum, Avx512F.Max(minimum, value + bias));
}
