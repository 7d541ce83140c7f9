using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Micro-kernels for floats: a few input rows times panels of 2 · Lanes columns, taps and then k ascending, one accumulator for each
/// output. One row takes four panels at once, because two accumulators would wait for each other.
/// </summary>
/// <remarks>Unsafe contract: every row pointer has Offset + Depth readable bytes, Sums has room for all rows.</remarks>
internal static unsafe class FloatTiles<TFloat, TVector>
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows6(Tile* tile)
    {
        int lanes = TFloat.Lanes;
        TVector c00 = default, c01 = default;
        TVector c10 = default, c11 = default;
        TVector c20 = default, c21 = default;
        TVector c30 = default, c31 = default;
        TVector c40 = default, c41 = default;
        TVector c50 = default, c51 = default;
        byte** rows = tile->Rows;
        float* b0 = (float*)(tile->Weights);
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset, a1 = rows[1] + tile->Offset, a2 = rows[2] + tile->Offset, a3 = rows[3] + tile->Offset, a4 = rows[4] + tile->Offset, a5 = rows[5] + tile->Offset;
            nint k = 0;
            do
            {
                TVector w0 = TFloat.Load(b0), w1 = TFloat.Load(b0 + lanes);
                TVector x0 = TFloat.Broadcast(*(float*)(a0 + k));
                c00 = TFloat.FusedMultiplyAdd(x0, w0, c00);
                c01 = TFloat.FusedMultiplyAdd(x0, w1, c01);
                TVector x1 = TFloat.Broadcast(*(float*)(a1 + k));
                c10 = TFloat.FusedMultiplyAdd(x1, w0, c10);
                c11 = TFloat.FusedMultiplyAdd(x1, w1, c11);
                TVector x2 = TFloat.Broadcast(*(float*)(a2 + k));
                c20 = TFloat.FusedMultiplyAdd(x2, w0, c20);
                c21 = TFloat.FusedMultiplyAdd(x2, w1, c21);
                TVector x3 = TFloat.Broadcast(*(float*)(a3 + k));
                c30 = TFloat.FusedMultiplyAdd(x3, w0, c30);
                c31 = TFloat.FusedMultiplyAdd(x3, w1, c31);
                TVector x4 = TFloat.Broadcast(*(float*)(a4 + k));
                c40 = TFloat.FusedMultiplyAdd(x4, w0, c40);
                c41 = TFloat.FusedMultiplyAdd(x4, w1, c41);
                TVector x5 = TFloat.Broadcast(*(float*)(a5 + k));
                c50 = TFloat.FusedMultiplyAdd(x5, w0, c50);
                c51 = TFloat.FusedMultiplyAdd(x5, w1, c51);
                b0 += 2 * lanes;
                k += sizeof(float);
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        float* sums = (float*)tile->Sums;
        TFloat.Store(c00, sums);
        TFloat.Store(c01, sums + 1 * lanes);
        TFloat.Store(c10, sums + 2 * lanes);
        TFloat.Store(c11, sums + 3 * lanes);
        TFloat.Store(c20, sums + 4 * lanes);
        TFloat.Store(c21, sums + 5 * lanes);
        TFloat.Store(c30, sums + 6 * lanes);
        TFloat.Store(c31, sums + 7 * lanes);
        TFloat.Store(c40, sums + 8 * lanes);
        TFloat.Store(c41, sums + 9 * lanes);
        TFloat.Store(c50, sums + 10 * lanes);
        TFloat.Store(c51, sums + 11 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows1(Tile* tile)
    {
        int lanes = TFloat.Lanes;
        TVector c00 = default, c01 = default;
        byte** rows = tile->Rows;
        float* b0 = (float*)(tile->Weights);
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset;
            nint k = 0;
            do
            {
                TVector w0 = TFloat.Load(b0), w1 = TFloat.Load(b0 + lanes);
                TVector x0 = TFloat.Broadcast(*(float*)(a0 + k));
                c00 = TFloat.FusedMultiplyAdd(x0, w0, c00);
                c01 = TFloat.FusedMultiplyAdd(x0, w1, c01);
                b0 += 2 * lanes;
                k += sizeof(float);
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        float* sums = (float*)tile->Sums;
        TFloat.Store(c00, sums);
        TFloat.Store(c01, sums + 1 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows1Panels4(Tile* tile)
    {
        int lanes = TFloat.Lanes;
        TVector c00 = default, c01 = default, c02 = default, c03 = default, c04 = default, c05 = default, c06 = default, c07 = default;
        byte** rows = tile->Rows;
        float* b0 = (float*)(tile->Weights);
        float* b1 = (float*)(tile->Weights + tile->PanelStride);
        float* b2 = (float*)(tile->Weights + 2 * tile->PanelStride);
        float* b3 = (float*)(tile->Weights + 3 * tile->PanelStride);
        nint depth = tile->Depth;
        for (nint tap = tile->Taps; tap > 0; tap--)
        {
            byte* a0 = rows[0] + tile->Offset;
            nint k = 0;
            do
            {
                TVector x0 = TFloat.Broadcast(*(float*)(a0 + k));
                c00 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b0), c00);
                c01 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b0 + lanes), c01);
                c02 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b1), c02);
                c03 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b1 + lanes), c03);
                c04 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b2), c04);
                c05 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b2 + lanes), c05);
                c06 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b3), c06);
                c07 = TFloat.FusedMultiplyAdd(x0, TFloat.Load(b3 + lanes), c07);
                b0 += 2 * lanes;
                b1 += 2 * lanes;
                b2 += 2 * lanes;
                b3 += 2 * lanes;
                k += sizeof(float);
            }
            while (k < depth);
            rows += tile->RowStride;
        }
        float* sums = (float*)tile->Sums;
        TFloat.Store(c00, sums);
        TFloat.Store(c01, sums + 1 * lanes);
        TFloat.Store(c02, sums + 2 * lanes);
        TFloat.Store(c03, sums + 3 * lanes);
        TFloat.Store(c04, sums + 4 * lanes);
        TFloat.Store(c05, sums + 5 * lanes);
        TFloat.Store(c06, sums + 6 * lanes);
        TFloat.Store(c07, sums + 7 * lanes);
    }
}
