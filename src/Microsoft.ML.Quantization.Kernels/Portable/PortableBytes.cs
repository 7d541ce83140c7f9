using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Bytes out of registers, for any processor.</summary>
internal readonly unsafe struct PortableBytes : IBytePack
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) =>
        Vector256.Narrow(Vector256.Narrow(v0.AsUInt32(), v1.AsUInt32()), Vector256.Narrow(v2.AsUInt32(), v3.AsUInt32()));

    public static CodeRange<Vector128<int>> Range(in CodeLimits limits) => new(
        Vector128.Create(limits.Low).AsInt32(), Vector128.Create(limits.High).AsInt32(), Vector128.Create(limits.Shift), Vector128.Create(limits.Flip).AsInt32());

    /// <summary>The codes of four sums, in 0..255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Codes(Vector128<int> sums, float* multipliers, CodeRange<Vector128<int>> range)
    {
        Vector128<float> value = Vector128.ConvertToSingle(sums) * Vector128.Load(multipliers);
        return CodeLimits.ToBits(Vector128.MinNative(Vector128.MaxNative(value, range.Low.AsSingle()), range.High.AsSingle())) + range.Shift;
    }
}
