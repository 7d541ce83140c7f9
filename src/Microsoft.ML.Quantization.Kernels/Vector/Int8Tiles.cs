using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Micro-kernels: a few input rows times one panel of some registers of columns, summed over all taps in registers: start with the bias, add every tap,
/// store. Written once for up to six rows and four registers; what a height or width does not have is folded away.
/// </summary>
/// <typeparam name="TDot">The instructions.</typeparam>
/// <typeparam name="TVector">A register.</typeparam>
/// <typeparam name="TFlips">Whether the signs of the codes are flipped first, see <see cref="CodeSigns"/>.</typeparam>
/// <remarks>
/// Unsafe contract: every row pointer has Offset + Depth readable bytes, Sums has room for all rows. Sixteen sums are what .NET 10 keeps in
/// registers: an accumulator of a dot product that it reads and writes lives in the lower half of them.
/// </remarks>
internal static unsafe class Int8Tiles<TDot, TVector, TFlips>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
    where TFlips : struct, IFlag
{
    /// <summary>Two rows or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows<TRows, TVectors>(Tile* tile)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        int lanes = TDot.Lanes, step = TVectors.Value * 4 * lanes;
        int* start = tile->Start;
        TVector c00 = TDot.Load(start), c01 = c00, c02 = c00, c03 = c00;
        if (TVectors.Value > 1) { c01 = TDot.Load(start + 1 * lanes); }
        if (TVectors.Value > 2) { c02 = TDot.Load(start + 2 * lanes); }
        if (TVectors.Value > 3) { c03 = TDot.Load(start + 3 * lanes); }
        TVector c10 = c00, c11 = c01, c12 = c02, c13 = c03;
        TVector c20 = c00, c21 = c01, c22 = c02, c23 = c03;
        TVector c30 = c00, c31 = c01, c32 = c02, c33 = c03;
        TVector c40 = c00, c41 = c01, c42 = c02, c43 = c03;
        TVector c50 = c00, c51 = c01, c52 = c02, c53 = c03;
        byte** rows = tile->Rows;
        byte* b = tile->Weights;
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset, a1 = rows[1] + tile->Offset, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
            if (TRows.Value > 2) { a2 = rows[2] + tile->Offset; }
            if (TRows.Value > 3) { a3 = rows[3] + tile->Offset; }
            if (TRows.Value > 4) { a4 = rows[4] + tile->Offset; }
            if (TRows.Value > 5) { a5 = rows[5] + tile->Offset; }
            nint k = 0;
            do
            {
                TVector b0 = TDot.Load(b), b1 = b0, b2 = b0, b3 = b0;
                if (TVectors.Value > 1) { b1 = TDot.Load(b + 1 * 4 * lanes); }
                if (TVectors.Value > 2) { b2 = TDot.Load(b + 2 * 4 * lanes); }
                if (TVectors.Value > 3) { b3 = TDot.Load(b + 3 * 4 * lanes); }
                TVector x0 = Codes(a0 + k);
                c00 = TDot.MultiplyAdd(c00, x0, b0);
                if (TVectors.Value > 1) { c01 = TDot.MultiplyAdd(c01, x0, b1); }
                if (TVectors.Value > 2) { c02 = TDot.MultiplyAdd(c02, x0, b2); }
                if (TVectors.Value > 3) { c03 = TDot.MultiplyAdd(c03, x0, b3); }
                TVector x1 = Codes(a1 + k);
                c10 = TDot.MultiplyAdd(c10, x1, b0);
                if (TVectors.Value > 1) { c11 = TDot.MultiplyAdd(c11, x1, b1); }
                if (TVectors.Value > 2) { c12 = TDot.MultiplyAdd(c12, x1, b2); }
                if (TVectors.Value > 3) { c13 = TDot.MultiplyAdd(c13, x1, b3); }
                if (TRows.Value > 2)
                {
                    TVector x2 = Codes(a2 + k);
                    c20 = TDot.MultiplyAdd(c20, x2, b0);
                    if (TVectors.Value > 1) { c21 = TDot.MultiplyAdd(c21, x2, b1); }
                    if (TVectors.Value > 2) { c22 = TDot.MultiplyAdd(c22, x2, b2); }
                    if (TVectors.Value > 3) { c23 = TDot.MultiplyAdd(c23, x2, b3); }
                }
                if (TRows.Value > 3)
                {
                    TVector x3 = Codes(a3 + k);
                    c30 = TDot.MultiplyAdd(c30, x3, b0);
                    if (TVectors.Value > 1) { c31 = TDot.MultiplyAdd(c31, x3, b1); }
                    if (TVectors.Value > 2) { c32 = TDot.MultiplyAdd(c32, x3, b2); }
                    if (TVectors.Value > 3) { c33 = TDot.MultiplyAdd(c33, x3, b3); }
                }
                if (TRows.Value > 4)
                {
                    TVector x4 = Codes(a4 + k);
                    c40 = TDot.MultiplyAdd(c40, x4, b0);
                    if (TVectors.Value > 1) { c41 = TDot.MultiplyAdd(c41, x4, b1); }
                    if (TVectors.Value > 2) { c42 = TDot.MultiplyAdd(c42, x4, b2); }
                    if (TVectors.Value > 3) { c43 = TDot.MultiplyAdd(c43, x4, b3); }
                }
                if (TRows.Value > 5)
                {
                    TVector x5 = Codes(a5 + k);
                    c50 = TDot.MultiplyAdd(c50, x5, b0);
                    if (TVectors.Value > 1) { c51 = TDot.MultiplyAdd(c51, x5, b1); }
                    if (TVectors.Value > 2) { c52 = TDot.MultiplyAdd(c52, x5, b2); }
                    if (TVectors.Value > 3) { c53 = TDot.MultiplyAdd(c53, x5, b3); }
                }
                b += step;
                k += 4;
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        int* sums = (int*)tile->Sums;
        Store<TVectors>(sums, c00, c01, c02, c03);
        Store<TVectors>(sums + TVectors.Value * lanes, c10, c11, c12, c13);
        if (TRows.Value > 2) { Store<TVectors>(sums + 2 * TVectors.Value * lanes, c20, c21, c22, c23); }
        if (TRows.Value > 3) { Store<TVectors>(sums + 3 * TVectors.Value * lanes, c30, c31, c32, c33); }
        if (TRows.Value > 4) { Store<TVectors>(sums + 4 * TVectors.Value * lanes, c40, c41, c42, c43); }
        if (TRows.Value > 5) { Store<TVectors>(sums + 5 * TVectors.Value * lanes, c50, c51, c52, c53); }
    }

    /// <summary>One row. Sums of every other step are kept apart: so few would wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Row<TVectors>(Tile* tile) where TVectors : struct, ICount
    {
        int lanes = TDot.Lanes, step = TVectors.Value * 4 * lanes;
        int* start = tile->Start;
        TVector c0 = TDot.Load(start), c1 = c0, c2 = c0, c3 = c0, d0 = default, d1 = default, d2 = default, d3 = default;
        if (TVectors.Value > 1) { c1 = TDot.Load(start + 1 * lanes); }
        if (TVectors.Value > 2) { c2 = TDot.Load(start + 2 * lanes); }
        if (TVectors.Value > 3) { c3 = TDot.Load(start + 3 * lanes); }
        byte** rows = tile->Rows;
        byte* b = tile->Weights;
        nint depth = tile->Depth, pairs = depth & ~7;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a = rows[0] + tile->Offset;
            nint k = 0;
            for (; k < pairs; k += 8)
            {
                TVector x = Codes(a + k), y = Codes(a + k + 4);
                c0 = TDot.MultiplyAdd(c0, x, TDot.Load(b));
                if (TVectors.Value > 1) { c1 = TDot.MultiplyAdd(c1, x, TDot.Load(b + 1 * 4 * lanes)); }
                if (TVectors.Value > 2) { c2 = TDot.MultiplyAdd(c2, x, TDot.Load(b + 2 * 4 * lanes)); }
                if (TVectors.Value > 3) { c3 = TDot.MultiplyAdd(c3, x, TDot.Load(b + 3 * 4 * lanes)); }
                d0 = TDot.MultiplyAdd(d0, y, TDot.Load(b + step));
                if (TVectors.Value > 1) { d1 = TDot.MultiplyAdd(d1, y, TDot.Load(b + step + 1 * 4 * lanes)); }
                if (TVectors.Value > 2) { d2 = TDot.MultiplyAdd(d2, y, TDot.Load(b + step + 2 * 4 * lanes)); }
                if (TVectors.Value > 3) { d3 = TDot.MultiplyAdd(d3, y, TDot.Load(b + step + 3 * 4 * lanes)); }
                b += 2 * step;
            }
            if (k < depth)
            {
                TVector x = Codes(a + k);
                c0 = TDot.MultiplyAdd(c0, x, TDot.Load(b));
                if (TVectors.Value > 1) { c1 = TDot.MultiplyAdd(c1, x, TDot.Load(b + 1 * 4 * lanes)); }
                if (TVectors.Value > 2) { c2 = TDot.MultiplyAdd(c2, x, TDot.Load(b + 2 * 4 * lanes)); }
                if (TVectors.Value > 3) { c3 = TDot.MultiplyAdd(c3, x, TDot.Load(b + 3 * 4 * lanes)); }
                b += step;
            }
            rows += tile->RowStride;
        }
        Store<TVectors>((int*)tile->Sums, TDot.Add(c0, d0), TDot.Add(c1, d1), TDot.Add(c2, d2), TDot.Add(c3, d3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(int* sums, TVector c0, TVector c1, TVector c2, TVector c3) where TVectors : struct, ICount
    {
        TDot.Store(c0, sums);
        if (TVectors.Value > 1) { TDot.Store(c1, sums + TDot.Lanes); }
        if (TVectors.Value > 2) { TDot.Store(c2, sums + 2 * TDot.Lanes); }
        if (TVectors.Value > 3) { TDot.Store(c3, sums + 3 * TDot.Lanes); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Codes(byte* four) => TFlips.Value ? TDot.FlipSigns(TDot.Broadcast(four)) : TDot.Broadcast(four);
}
