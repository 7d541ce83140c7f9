using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>128-bit registers with what every processor that has them can do: products of int16, shifts and sums of int32.</summary>
internal readonly unsafe struct Vector128Dot : IInt8Dot<Vector128<int>>, IBytePack
{
    private const int EvenBytes = 0x00FF00FF;

    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static int Lanes => 4;

    public static bool SignedCodes => false;

    // Sixteen registers are all that some processors have.
    public static bool WideTiles => false;

    public static Vector128<int> Load(void* source) => Vector128.Load((int*)source);

    public static void Store(Vector128<int> value, int* destination) => value.Store(destination);

    public static Vector128<int> Broadcast(byte* fourCodes) => Vector128.Create(*(int*)fourCodes);

    public static Vector128<int> FlipSigns(Vector128<int> codes) => codes ^ Vector128.Create((byte)0x80).AsInt32();

    // A product of uint8 and int8 fits int16, the sum of two does not: the halves of each lane are widened before they meet.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> sums, Vector128<int> codes, Vector128<int> weights)
    {
        Vector128<short> x = codes.AsInt16(), w = weights.AsInt16();
        Vector128<int> even = ((x & Vector128.Create((short)0x00FF)) * ((w << 8) >> 8)).AsInt32(), odd = ((x >>> 8) * (w >> 8)).AsInt32();
        return sums + (((even << 16) >> 16) + (even >> 16)) + (((odd << 16) >> 16) + (odd >> 16));
    }

    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    // Lane l of vector j takes byte j of lane l of each row: no instruction that moves bytes between lanes is needed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out Vector128<int> v0, out Vector128<int> v1, out Vector128<int> v2, out Vector128<int> v3)
    {
        Vector128<int> r0 = Load(row0), r1 = Load(row1), r2 = Load(row2), r3 = Load(row3), mask = Vector128.Create(EvenBytes);
        Vector128<int> even01 = (r0 & mask) | ((r1 & mask) << 8), odd01 = ((r0 >>> 8) & mask) | (r1 & ~mask);
        Vector128<int> even23 = (r2 & mask) | ((r3 & mask) << 8), odd23 = ((r2 >>> 8) & mask) | (r3 & ~mask);
        Vector128<int> low = Vector128.Create(0xFFFF);
        v0 = (even01 & low) | (even23 << 16);
        v1 = (odd01 & low) | (odd23 << 16);
        v2 = (even01 >>> 16) | (even23 & ~low);
        v3 = (odd01 >>> 16) | (odd23 & ~low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDeinterleaved(int* destination, Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3)
    {
        for (int lane = 0; lane < 4; lane++) { Vector128.Create(v0.GetElement(lane), v1.GetElement(lane), v2.GetElement(lane), v3.GetElement(lane)).Store(destination + 4 * lane); }
    }

    public static int InterleavedColumn(int vector, int lane) => 4 * lane + vector;

    public static CodeRange<Vector128<int>> Range(in CodeLimits limits) => PortableBytes.Range(limits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3, float* multipliers, CodeRange<Vector128<int>> range)
    {
        Vector128<int> low = PortableBytes.Codes(v0, multipliers, range) | (PortableBytes.Codes(v1, multipliers + 4, range) << 8);
        Vector128<int> high = (PortableBytes.Codes(v2, multipliers + 8, range) << 16) | (PortableBytes.Codes(v3, multipliers + 12, range) << 24);
        ((low | high) ^ range.Flip).Store((int*)destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) => PortableBytes.Pack(v0, v1, v2, v3);
}
