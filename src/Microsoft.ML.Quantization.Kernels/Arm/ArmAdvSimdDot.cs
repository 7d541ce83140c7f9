using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>128-bit registers with what every 64-bit Arm processor has: products widened to int16, then summed pairwise in int32.</summary>
internal readonly unsafe struct ArmAdvSimdDot : IInt8Dot<Vector128<int>>, IBytePack
{
    public static bool IsSupported => AdvSimd.Arm64.IsSupported;

    public static int Lanes => 4;

    public static bool SignedCodes => true;

    public static bool WideTiles => true;

    public static Vector128<int> Load(void* source) => Vector128.Load((int*)source);

    public static void Store(Vector128<int> value, int* destination) => value.Store(destination);

    public static Vector128<int> Broadcast(byte* fourCodes) => Vector128.Create(*(int*)fourCodes);

    public static Vector128<int> FlipSigns(Vector128<int> codes) => codes ^ Vector128.Create((byte)0x80).AsInt32();

    // Two products of −128 · −128 do not fit int16, so the first sum widens.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> sums, Vector128<int> codes, Vector128<int> weights)
    {
        Vector128<sbyte> x = codes.AsSByte(), w = weights.AsSByte();
        Vector128<int> low = AdvSimd.AddPairwiseWidening(AdvSimd.MultiplyWideningLower(x.GetLower(), w.GetLower()));
        Vector128<int> high = AdvSimd.AddPairwiseWidening(AdvSimd.MultiplyWideningUpper(x, w));
        return sums + AdvSimd.Arm64.AddPairwise(low, high);
    }

    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out Vector128<int> v0, out Vector128<int> v1, out Vector128<int> v2, out Vector128<int> v3) =>
        ArmBytes.LoadInterleaved(row0, row1, row2, row3, out v0, out v1, out v2, out v3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreDeinterleaved(int* destination, Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3) =>
        ArmBytes.StoreDeinterleaved(destination, v0, v1, v2, v3);

    public static int InterleavedColumn(int vector, int lane) => ArmBytes.InterleavedColumn(vector, lane);

    public static CodeRange<Vector128<int>> Range(in CodeLimits limits) => PortableBytes.Range(limits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCodes(byte* destination, Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3, float* multipliers, CodeRange<Vector128<int>> range) =>
        ArmBytes.StoreCodes(destination, v0, v1, v2, v3, multipliers, range);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) => PortableBytes.Pack(v0, v1, v2, v3);
}
