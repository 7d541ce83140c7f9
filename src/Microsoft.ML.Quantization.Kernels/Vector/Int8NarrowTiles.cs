using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Micro-kernels: a few input rows times one panel of 2 · Lanes columns, summed over all taps in registers. Each is the same three steps
/// (start with the bias, add every tap, store) for another number of rows; sixteen accumulators are what .NET 10 keeps in registers.
/// </summary>
/// <typeparam name="TDot">The instructions.</typeparam>
/// <typeparam name="TVector">A register.</typeparam>
/// <typeparam name="TFlips">Whether the signs of the codes are flipped first, see <see cref="CodeSigns"/>.</typeparam>
/// <remarks>Unsafe contract: every row pointer has Offset + Depth readable bytes, Sums has room for all rows.</remarks>
internal static unsafe class Int8NarrowTiles<TDot, TVector, TFlips>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
    where TFlips : struct, IFlag
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows6Vectors2(Tile* tile)
    {
        int lanes = TDot.Lanes;
        TVector c00 = TDot.Load(tile->Start);
        TVector c01 = TDot.Load(tile->Start + lanes);
        TVector c10 = c00, c11 = c01;
        TVector c20 = c00, c21 = c01;
        TVector c30 = c00, c31 = c01;
        TVector c40 = c00, c41 = c01;
        TVector c50 = c00, c51 = c01;
        byte** rows = tile->Rows;
        byte* b = tile->Weights;
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset, a1 = rows[1] + tile->Offset, a2 = rows[2] + tile->Offset, a3 = rows[3] + tile->Offset, a4 = rows[4] + tile->Offset, a5 = rows[5] + tile->Offset;
            nint k = 0;
            do
            {
                TVector b0 = TDot.Load(b), b1 = TDot.Load(b + 1 * 4 * lanes);
                TVector x0 = Codes(a0 + k);
                c00 = TDot.MultiplyAdd(c00, x0, b0);
                c01 = TDot.MultiplyAdd(c01, x0, b1);
                TVector x1 = Codes(a1 + k);
                c10 = TDot.MultiplyAdd(c10, x1, b0);
                c11 = TDot.MultiplyAdd(c11, x1, b1);
                TVector x2 = Codes(a2 + k);
                c20 = TDot.MultiplyAdd(c20, x2, b0);
                c21 = TDot.MultiplyAdd(c21, x2, b1);
                TVector x3 = Codes(a3 + k);
                c30 = TDot.MultiplyAdd(c30, x3, b0);
                c31 = TDot.MultiplyAdd(c31, x3, b1);
                TVector x4 = Codes(a4 + k);
                c40 = TDot.MultiplyAdd(c40, x4, b0);
                c41 = TDot.MultiplyAdd(c41, x4, b1);
                TVector x5 = Codes(a5 + k);
                c50 = TDot.MultiplyAdd(c50, x5, b0);
                c51 = TDot.MultiplyAdd(c51, x5, b1);
                b += 8 * lanes;
                k += 4;
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        int* sums = (int*)tile->Sums;
        TDot.Store(c00, sums);
        TDot.Store(c01, sums + 1 * lanes);
        TDot.Store(c10, sums + 2 * lanes);
        TDot.Store(c11, sums + 3 * lanes);
        TDot.Store(c20, sums + 4 * lanes);
        TDot.Store(c21, sums + 5 * lanes);
        TDot.Store(c30, sums + 6 * lanes);
        TDot.Store(c31, sums + 7 * lanes);
        TDot.Store(c40, sums + 8 * lanes);
        TDot.Store(c41, sums + 9 * lanes);
        TDot.Store(c50, sums + 10 * lanes);
        TDot.Store(c51, sums + 11 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows1Vectors2(Tile* tile)
    {
        int lanes = TDot.Lanes;
        TVector c00 = TDot.Load(tile->Start);
        TVector c01 = TDot.Load(tile->Start + lanes);
        byte** rows = tile->Rows;
        byte* b = tile->Weights;
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset;
            nint k = 0;
            do
            {
                TVector b0 = TDot.Load(b), b1 = TDot.Load(b + 1 * 4 * lanes);
                TVector x0 = Codes(a0 + k);
                c00 = TDot.MultiplyAdd(c00, x0, b0);
                c01 = TDot.MultiplyAdd(c01, x0, b1);
                b += 8 * lanes;
                k += 4;
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        int* sums = (int*)tile->Sums;
        TDot.Store(c00, sums);
        TDot.Store(c01, sums + 1 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Codes(byte* four) => TFlips.Value ? TDot.FlipSigns(TDot.Broadcast(four)) : TDot.Broadcast(four);
}
