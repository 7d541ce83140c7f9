using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Bytes in and out of 256-bit registers.</summary>
internal readonly unsafe struct Avx2Bytes : IBytePack
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3)
    {
        Vector256<byte> bytes = Avx2.PackUnsignedSaturate(Avx2.PackSignedSaturate(v0, v1), Avx2.PackSignedSaturate(v2, v3));
        return Avx2.PermuteVar8x32(bytes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out Vector256<int> v0, out Vector256<int> v1, out Vector256<int> v2, out Vector256<int> v3)
    {
        Vector256<byte> r0 = Vector256.Load(row0), r1 = Vector256.Load(row1), r2 = Vector256.Load(row2), r3 = Vector256.Load(row3);
        Vector256<short> low01 = Avx2.UnpackLow(r0, r1).AsInt16(), high01 = Avx2.UnpackHigh(r0, r1).AsInt16();
        Vector256<short> low23 = Avx2.UnpackLow(r2, r3).AsInt16(), high23 = Avx2.UnpackHigh(r2, r3).AsInt16();
        v0 = Avx2.UnpackLow(low01, low23).AsInt32();
        v1 = Avx2.UnpackHigh(low01, low23).AsInt32();
        v2 = Avx2.UnpackLow(high01, high23).AsInt32();
        v3 = Avx2.UnpackHigh(high01, high23).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDeinterleaved(int* destination, Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3)
    {
        Avx2.Permute2x128(v0, v1, 0x20).Store(destination);
        Avx2.Permute2x128(v2, v3, 0x20).Store(destination + 8);
        Avx2.Permute2x128(v0, v1, 0x31).Store(destination + 16);
        Avx2.Permute2x128(v2, v3, 0x31).Store(destination + 24);
    }

    // The unpack instructions work on each half of a register by itself.
    public static int InterleavedColumn(int vector, int lane) => 16 * (lane / 4) + 4 * vector + lane % 4;

    public static CodeRange<Vector256<int>> Range(in CodeLimits limits) => new(
        Vector256.Create(limits.Smallest).AsInt32(), Vector256.Create(limits.High).AsInt32(), Vector256.Create(limits.ZeroPoint).AsInt32(), Vector256.Create(limits.Flip).AsInt32());

    /// <summary>The packing instructions limit too, so only what lies above must be limited before: it would convert to the smallest integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3, float* multipliers, CodeRange<Vector256<int>> range)
    {
        Vector256<float> high = range.High.AsSingle();
        Vector256<short> low = Avx2.PackSignedSaturate(Round(v0, multipliers, high), Round(v1, multipliers + 8, high));
        Vector256<short> top = Avx2.PackSignedSaturate(Round(v2, multipliers + 16, high), Round(v3, multipliers + 24, high));
        Vector256<short> shift = range.Shift.AsInt16();
        Vector256<byte> codes = Avx2.PackUnsignedSaturate(Avx2.AddSaturate(low, shift), Avx2.AddSaturate(top, shift));
        (Avx2.Max(codes, range.Low.AsByte()) ^ range.Flip.AsByte()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<int> sums, float* multipliers, Vector256<float> high) =>
        Avx.ConvertToVector256Int32(Avx.Min(Vector256.ConvertToSingle(sums) * Vector256.Load(multipliers), high));
}
