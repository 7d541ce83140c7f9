using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Single instructions for what <see cref="IFloatArithmetic{T}"/> otherwise spells out, with the same bits.</summary>
internal static class FloatInstructions
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> a, Vector512<float> n) =>
        Avx512F.IsSupported ? Avx512F.Scale(a, n) : FloatFormulas.ScaleTwice<Vector512Arithmetic, Vector512<float>>(a, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> a, Vector256<float> n) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.Scale(a, n) : FloatFormulas.ScaleTwice<Vector256Arithmetic, Vector256<float>>(a, n);
}
