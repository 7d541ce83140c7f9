using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The instructions in which one instruction set differs from another for turning integers into bytes.</summary>
internal interface IBytePack
{
    /// <summary>The 32 integers, all in 0..255, as bytes in order.</summary>
    static abstract Vector256<byte> Pack(Vector256<int> v0, Vector256<int> v1, Vector256<int> v2, Vector256<int> v3);
}
