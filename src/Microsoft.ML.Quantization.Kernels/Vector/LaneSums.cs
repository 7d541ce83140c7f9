using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Sums over taps with pixels in the lanes: a register holds whole pixels of a power of two of lanes each, whose sums are then added up.</summary>
internal static unsafe class LaneSums<TDot, TVector>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
{
    /// <summary>Registers of pixels at a time: enough that no sum waits for the one before it.</summary>
    public const int Registers = 8;

    /// <summary>One sum for each pixel.</summary>
    /// <param name="codes">Pixels side by side; <paramref name="blocks"/> times <see cref="Registers"/> registers are read at every tap.</param>
    /// <param name="offsets">Bytes from a pixel to each tap.</param>
    /// <param name="taps">Taps.</param>
    /// <param name="weights">[tap, register].</param>
    /// <param name="start">What the lanes of a register start with.</param>
    /// <param name="blocks">Blocks of registers.</param>
    /// <param name="halvings">How often the lanes of a pixel halve until there is one.</param>
    /// <param name="sums">Room for the pixels of all blocks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run(byte* codes, int* offsets, int taps, sbyte* weights, int* start, int blocks, int halvings, int* sums)
    {
        int lanes = TDot.Lanes, register = 4 * lanes, count = Registers * lanes;
        int* block = stackalloc int[count];
        for (; blocks > 0; blocks--, codes += Registers * register)
        {
            TVector s0 = TDot.Load(start), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            sbyte* w = weights;
            for (int tap = 0; tap < taps; tap++, w += register)
            {
                byte* x = codes + offsets[tap];
                TVector weight = TDot.Load(w);
                s0 = TDot.MultiplyAdd(s0, TDot.Load(x), weight);
                s1 = TDot.MultiplyAdd(s1, TDot.Load(x + register), weight);
                s2 = TDot.MultiplyAdd(s2, TDot.Load(x + 2 * register), weight);
                s3 = TDot.MultiplyAdd(s3, TDot.Load(x + 3 * register), weight);
                s4 = TDot.MultiplyAdd(s4, TDot.Load(x + 4 * register), weight);
                s5 = TDot.MultiplyAdd(s5, TDot.Load(x + 5 * register), weight);
                s6 = TDot.MultiplyAdd(s6, TDot.Load(x + 6 * register), weight);
                s7 = TDot.MultiplyAdd(s7, TDot.Load(x + 7 * register), weight);
            }
            int* to = halvings == 0 ? sums : block;
            TDot.Store(s0, to);
            TDot.Store(s1, to + lanes);
            TDot.Store(s2, to + 2 * lanes);
            TDot.Store(s3, to + 3 * lanes);
            TDot.Store(s4, to + 4 * lanes);
            TDot.Store(s5, to + 5 * lanes);
            TDot.Store(s6, to + 6 * lanes);
            TDot.Store(s7, to + 7 * lanes);
            int left = count;
            for (int halving = 1; halving <= halvings; halving++)
            {
                left /= 2;
                Halve(block, halving == halvings ? sums : block, left);
            }
            sums += left;
        }
    }

    /// <summary>to[i] = from[2i] + from[2i + 1]; <paramref name="count"/> is a multiple of 8, in place is allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halve(int* from, int* to, int count)
    {
        for (int i = 0; i < count; i += 8)
        {
            Vector256<long> low = Vector256.Load(from + 2 * i).AsInt64(), high = Vector256.Load(from + 2 * i + 8).AsInt64();
            Vector256.Narrow(low + (low >>> 32), high + (high >>> 32)).Store(to + i);
        }
    }
}
