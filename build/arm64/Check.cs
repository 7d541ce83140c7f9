using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.ArmCheck;

/// <summary>The entry point of harness and program: one case of one suite on one instruction set.</summary>
public static unsafe class Check
{
    /// <summary>0 ArmDp, 1 ArmAdvSimd, 2 Vector128.</summary>
    public const int Portable = 2;

    [UnmanagedCallersOnly(EntryPoint = "arm_check")]
    public static int Entry(int suite, int engine, int seed, byte** blocks, int capacity, ulong* hash) => Run(suite, engine, seed, blocks, capacity, hash);

    /// <summary>Bytes that differ from plain loops, or −1 when there is no such suite.</summary>
    public static int Run(int suite, int engine, int seed, byte** blocks, int capacity, ulong* hash)
    {
        CheckData data = new(blocks, capacity, seed * 8 + suite + (seed + suite) % 2);
        bool known = engine switch
        {
            0 => One<ArmDpDot>(ref data, suite),
            1 => One<ArmAdvSimdDot>(ref data, suite),
            _ => One<Vector128Dot>(ref data, suite),
        };
        *hash = data.Hash;
        return known ? data.Mismatches : -1;
    }

    private static bool One<TDot>(ref CheckData data, int suite) where TDot : struct, IInt8Dot<Vector128<int>>, IBytePack
    {
        switch (suite)
        {
            case 0: Int8Suites<TDot, Vector128<int>>.Tile(ref data, wide: true); return true;
            case 1: Int8Suites<TDot, Vector128<int>>.Tile(ref data, wide: false); return true;
            case 2: Int8Suites<TDot, Vector128<int>>.Depthwise(ref data); return true;
            case 3: FloatSuites.Tile(ref data); return true;
            case 4: FloatSuites.Depthwise(ref data); return true;
            case 5: FloatSuites.Functions(ref data); return true;
            case 6: CodeSuites<TDot>.Elementwise(ref data); return true;
            case 7: CodeSuites<TDot>.Pools(ref data); return true;
            case 8: Int8Suites<TDot, Vector128<int>>.DepthwiseRow(ref data); return true;
            case 9: WeightSuites.Tile(ref data); return true;
            default: return false;
        }
    }
}
