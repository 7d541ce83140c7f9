using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Bytes in and out of 128-bit registers.</summary>
internal static unsafe class ArmBytes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out Vector128<int> v0, out Vector128<int> v1, out Vector128<int> v2, out Vector128<int> v3)
    {
        Vector128<byte> r0 = Vector128.Load(row0), r1 = Vector128.Load(row1), r2 = Vector128.Load(row2), r3 = Vector128.Load(row3);
        Vector128<short> low01 = AdvSimd.Arm64.ZipLow(r0, r1).AsInt16(), high01 = AdvSimd.Arm64.ZipHigh(r0, r1).AsInt16();
        Vector128<short> low23 = AdvSimd.Arm64.ZipLow(r2, r3).AsInt16(), high23 = AdvSimd.Arm64.ZipHigh(r2, r3).AsInt16();
        v0 = AdvSimd.Arm64.ZipLow(low01, low23).AsInt32();
        v1 = AdvSimd.Arm64.ZipHigh(low01, low23).AsInt32();
        v2 = AdvSimd.Arm64.ZipLow(high01, high23).AsInt32();
        v3 = AdvSimd.Arm64.ZipHigh(high01, high23).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDeinterleaved(int* destination, Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3)
    {
        v0.Store(destination);
        v1.Store(destination + 4);
        v2.Store(destination + 8);
        v3.Store(destination + 12);
    }

    // The registers come out of the zip instructions in the order of the columns.
    public static int InterleavedColumn(int vector, int lane) => 4 * vector + lane;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3, float* multipliers, CodeRange<Vector128<int>> range)
    {
        Vector128<ushort> low = Vector128.Narrow(PortableBytes.Codes(v0, multipliers, range).AsUInt32(), PortableBytes.Codes(v1, multipliers + 4, range).AsUInt32());
        Vector128<ushort> high = Vector128.Narrow(PortableBytes.Codes(v2, multipliers + 8, range).AsUInt32(), PortableBytes.Codes(v3, multipliers + 12, range).AsUInt32());
        (Vector128.Narrow(low, high) ^ range.Flip.AsByte()).Store(destination);
    }
}
