using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Bytes as integers: one instruction on x86, several elsewhere.</summary>
internal static unsafe class WideBytes
{
    /// <summary>Eight bytes, 0..255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* codes)
    {
        if (Avx2.IsSupported) { return Avx2.ConvertToVector256Int32(codes); }
        Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)codes).AsByte());
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }
}
