using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>512-bit registers without a dot-product instruction (AVX-512 BW).</summary>
/// <typeparam name="TPairsFit">Whether <see cref="PairSums.FitShort"/> holds for the weights, so that vpmaddubsw cannot saturate.</typeparam>
internal readonly unsafe struct Avx512Dot<TPairsFit> : IInt8Dot<Vector512<int>>, IBytePack where TPairsFit : struct, IFlag
{
    public static bool IsSupported => Avx512BW.IsSupported;

    public static int Lanes => 16;

    public static bool SignedCodes => false;

    public static bool WideTiles => true;

    public static Vector512<int> Load(void* source) => Vector512.Load((int*)source);

    public static void Store(Vector512<int> value, int* destination) => value.Store(destination);

    public static Vector512<int> Broadcast(byte* fourCodes) => Vector512.Create(*(int*)fourCodes);

    public static Vector512<int> FlipSigns(Vector512<int> codes) => codes ^ Vector512.Create((byte)0x80).AsInt32();

    // vpmaddubsw saturates at 2 · 255 · 127. Even and odd bytes apart stay exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyAdd(Vector512<int> sums, Vector512<int> codes, Vector512<int> weights)
    {
        if (TPairsFit.Value) { return sums + Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(codes.AsByte(), weights.AsSByte()), Vector512<short>.One); }
        Vector512<short> x = codes.AsInt16(), w = weights.AsInt16();
        Vector512<int> even = Avx512BW.MultiplyAddAdjacent(x & Vector512.Create((short)0x00FF), (w << 8) >> 8);
        Vector512<int> odd = Avx512BW.MultiplyAddAdjacent(x >>> 8, w >> 8);
        return sums + even + odd;
    }

    public static Vector512<int> Add(Vector512<int> a, Vector512<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out Vector512<int> v0, out Vector512<int> v1, out Vector512<int> v2, out Vector512<int> v3)
    {
        Vector512<byte> r0 = Vector512.Load(row0), r1 = Vector512.Load(row1), r2 = Vector512.Load(row2), r3 = Vector512.Load(row3);
        Vector512<short> low01 = Avx512BW.UnpackLow(r0, r1).AsInt16(), high01 = Avx512BW.UnpackHigh(r0, r1).AsInt16();
        Vector512<short> low23 = Avx512BW.UnpackLow(r2, r3).AsInt16(), high23 = Avx512BW.UnpackHigh(r2, r3).AsInt16();
        v0 = Avx512BW.UnpackLow(low01, low23).AsInt32();
        v1 = Avx512BW.UnpackHigh(low01, low23).AsInt32();
        v2 = Avx512BW.UnpackLow(high01, high23).AsInt32();
        v3 = Avx512BW.UnpackHigh(high01, high23).AsInt32();
    }

    // A transposition of quarters: each quarter of a register holds four columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDeinterleaved(int* destination, Vector512<int> v0, Vector512<int> v1, Vector512<int> v2, Vector512<int> v3)
    {
        Vector512<int> low01 = Avx512F.Shuffle4x128(v0, v1, 0x44), low23 = Avx512F.Shuffle4x128(v2, v3, 0x44);
        Vector512<int> high01 = Avx512F.Shuffle4x128(v0, v1, 0xEE), high23 = Avx512F.Shuffle4x128(v2, v3, 0xEE);
        Avx512F.Shuffle4x128(low01, low23, 0x88).Store(destination);
        Avx512F.Shuffle4x128(low01, low23, 0xDD).Store(destination + 16);
        Avx512F.Shuffle4x128(high01, high23, 0x88).Store(destination + 32);
        Avx512F.Shuffle4x128(high01, high23, 0xDD).Store(destination + 48);
    }

    // The unpack instructions work on each quarter of a register by itself.
    public static int InterleavedColumn(int vector, int lane) => Avx2Bytes.InterleavedColumn(vector, lane);

    public static CodeRange<Vector512<int>> Range(in CodeLimits limits) => new(
        Vector512.Create(limits.Smallest).AsInt32(), Vector512.Create(limits.High).AsInt32(), Vector512.Create(limits.ZeroPoint).AsInt32(), Vector512.Create(limits.Flip).AsInt32());

    // As in Avx2Bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector512<int> v0, Vector512<int> v1, Vector512<int> v2, Vector512<int> v3, float* multipliers, CodeRange<Vector512<int>> range)
    {
        Vector512<float> high = range.High.AsSingle();
        Vector512<short> low = Avx512BW.PackSignedSaturate(Round(v0, multipliers, high), Round(v1, multipliers + 16, high));
        Vector512<short> top = Avx512BW.PackSignedSaturate(Round(v2, multipliers + 32, high), Round(v3, multipliers + 48, high));
        Vector512<short> shift = range.Shift.AsInt16();
        Vector512<byte> codes = Avx512BW.PackUnsignedSaturate(Avx512BW.AddSaturate(low, shift), Avx512BW.AddSaturate(top, shift));
        (Avx512BW.Max(codes, range.Low.AsByte()) ^ range.Flip.AsByte()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) => Avx2Bytes.Pack(v0, v1, v2, v3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(Vector512<int> sums, float* multipliers, Vector512<float> high) =>
        Avx512F.ConvertToVector512Int32(Avx512F.Min(Vector512.ConvertToSingle(sums) * Vector512.Load(multipliers), high));
}
