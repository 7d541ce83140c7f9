using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>256-bit registers with vpdpbusd.</summary>
internal readonly unsafe struct AvxVnniDot : IInt8Dot<Vector256<int>>, IBytePack
{
    public static bool IsSupported => AvxVnni.IsSupported;

    public static int Lanes => 8;

    public static bool SignedCodes => false;

    // Without the registers of AVX-512 sixteen accumulators leave none for what is multiplied.
    public static bool WideTiles => Avx512F.VL.IsSupported;

    public static Vector256<int> Load(void* source) => Vector256.Load((int*)source);

    public static void Store(Vector256<int> value, int* destination) => value.Store(destination);

    public static Vector256<int> Broadcast(byte* fourCodes) => Vector256.Create(*(int*)fourCodes);

    public static Vector256<int> FlipSigns(Vector256<int> codes) => codes ^ Vector256.Create((byte)0x80).AsInt32();

    public static Vector256<int> MultiplyAdd(Vector256<int> sums, Vector256<int> codes, Vector256<int> weights) =>
        AvxVnni.MultiplyWideningAndAdd(sums, codes.AsByte(), weights.AsSByte());

    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out Vector256<int> v0, out Vector256<int> v1, out Vector256<int> v2, out Vector256<int> v3) =>
        Avx2Bytes.LoadInterleaved(row0, row1, row2, row3, out v0, out v1, out v2, out v3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDeinterleaved(int* destination, Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) =>
        Avx2Bytes.StoreDeinterleaved(destination, v0, v1, v2, v3);

    public static int InterleavedColumn(int vector, int lane) => Avx2Bytes.InterleavedColumn(vector, lane);

    public static CodeRange<Vector256<int>> Range(in CodeLimits limits) => Avx2Bytes.Range(limits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3, float* multipliers, CodeRange<Vector256<int>> range) =>
        Avx2Bytes.StoreCodes(destination, v0, v1, v2, v3, multipliers, range);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) => Avx2Bytes.Pack(v0, v1, v2, v3);
}
