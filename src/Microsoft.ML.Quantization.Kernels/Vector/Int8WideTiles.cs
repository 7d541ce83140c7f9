using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Micro-kernels: a few input rows times one panel of 4 · Lanes columns, summed over all taps in registers. Each is the same three steps
/// (start with the bias, add every tap, store) for another number of rows; sixteen accumulators are what .NET 10 keeps in registers.
/// </summary>
/// <typeparam name="TDot">The instructions.</typeparam>
/// <typeparam name="TVector">A register.</typeparam>
/// <typeparam name="TFlips">Whether the signs of the codes are flipped first, see <see cref="CodeSigns"/>.</typeparam>
/// <remarks>Unsafe contract: every row pointer has Offset + Depth readable bytes, Sums has room for all rows.</remarks>
internal static unsafe class Int8WideTiles<TDot, TVector, TFlips>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
    where TFlips : struct, IFlag
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows4Vectors4(Tile* tile)
    {
        int lanes = TDot.Lanes;
        TVector c00 = TDot.Load(tile->Start);
        TVector c01 = TDot.Load(tile->Start + lanes);
        TVector c02 = TDot.Load(tile->Start + 2 * lanes);
        TVector c03 = TDot.Load(tile->Start + 3 * lanes);
        TVector c10 = c00, c11 = c01, c12 = c02, c13 = c03;
        TVector c20 = c00, c21 = c01, c22 = c02, c23 = c03;
        TVector c30 = c00, c31 = c01, c32 = c02, c33 = c03;
        byte** rows = tile->Rows;
        byte* b = tile->Weights;
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset, a1 = rows[1] + tile->Offset, a2 = rows[2] + tile->Offset, a3 = rows[3] + tile->Offset;
            nint k = 0;
            do
            {
                TVector b0 = TDot.Load(b), b1 = TDot.Load(b + 1 * 4 * lanes), b2 = TDot.Load(b + 2 * 4 * lanes), b3 = TDot.Load(b + 3 * 4 * lanes);
                TVector x0 = Codes(a0 + k);
                c00 = TDot.MultiplyAdd(c00, x0, b0);
                c01 = TDot.MultiplyAdd(c01, x0, b1);
                c02 = TDot.MultiplyAdd(c02, x0, b2);
                c03 = TDot.MultiplyAdd(c03, x0, b3);
                TVector x1 = Codes(a1 + k);
                c10 = TDot.MultiplyAdd(c10, x1, b0);
                c11 = TDot.MultiplyAdd(c11, x1, b1);
                c12 = TDot.MultiplyAdd(c12, x1, b2);
                c13 = TDot.MultiplyAdd(c13, x1, b3);
                TVector x2 = Codes(a2 + k);
                c20 = TDot.MultiplyAdd(c20, x2, b0);
                c21 = TDot.MultiplyAdd(c21, x2, b1);
                c22 = TDot.MultiplyAdd(c22, x2, b2);
                c23 = TDot.MultiplyAdd(c23, x2, b3);
                TVector x3 = Codes(a3 + k);
                c30 = TDot.MultiplyAdd(c30, x3, b0);
                c31 = TDot.MultiplyAdd(c31, x3, b1);
                c32 = TDot.MultiplyAdd(c32, x3, b2);
                c33 = TDot.MultiplyAdd(c33, x3, b3);
                b += 16 * lanes;
                k += 4;
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        int* sums = (int*)tile->Sums;
        TDot.Store(c00, sums);
        TDot.Store(c01, sums + 1 * lanes);
        TDot.Store(c02, sums + 2 * lanes);
        TDot.Store(c03, sums + 3 * lanes);
        TDot.Store(c10, sums + 4 * lanes);
        TDot.Store(c11, sums + 5 * lanes);
        TDot.Store(c12, sums + 6 * lanes);
        TDot.Store(c13, sums + 7 * lanes);
        TDot.Store(c20, sums + 8 * lanes);
        TDot.Store(c21, sums + 9 * lanes);
        TDot.Store(c22, sums + 10 * lanes);
        TDot.Store(c23, sums + 11 * lanes);
        TDot.Store(c30, sums + 12 * lanes);
        TDot.Store(c31, sums + 13 * lanes);
        TDot.Store(c32, sums + 14 * lanes);
        TDot.Store(c33, sums + 15 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows1Vectors4(Tile* tile)
    {
        int lanes = TDot.Lanes;
        TVector c00 = TDot.Load(tile->Start);
        TVector c01 = TDot.Load(tile->Start + lanes);
        TVector c02 = TDot.Load(tile->Start + 2 * lanes);
        TVector c03 = TDot.Load(tile->Start + 3 * lanes);
        byte** rows = tile->Rows;
        byte* b = tile->Weights;
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset;
            nint k = 0;
            do
            {
                TVector b0 = TDot.Load(b), b1 = TDot.Load(b + 1 * 4 * lanes), b2 = TDot.Load(b + 2 * 4 * lanes), b3 = TDot.Load(b + 3 * 4 * lanes);
                TVector x0 = Codes(a0 + k);
                c00 = TDot.MultiplyAdd(c00, x0, b0);
                c01 = TDot.MultiplyAdd(c01, x0, b1);
                c02 = TDot.MultiplyAdd(c02, x0, b2);
                c03 = TDot.MultiplyAdd(c03, x0, b3);
                b += 16 * lanes;
                k += 4;
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        int* sums = (int*)tile->Sums;
        TDot.Store(c00, sums);
        TDot.Store(c01, sums + 1 * lanes);
        TDot.Store(c02, sums + 2 * lanes);
        TDot.Store(c03, sums + 3 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Codes(byte* four) => TFlips.Value ? TDot.FlipSigns(TDot.Broadcast(four)) : TDot.Broadcast(four);
}
