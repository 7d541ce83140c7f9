using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Bytes out of registers, for any processor.</summary>
internal readonly struct PortableBytes : IBytePack
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3) =>
        Vector256.Narrow(Vector256.Narrow(v0.AsUInt32(), v1.AsUInt32()), Vector256.Narrow(v2.AsUInt32(), v3.AsUInt32()));
}
