using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Micro-kernels for floats times weights in codes: each code becomes its float in a register, <c>(code − zero point) · scale</c> rounded once, and is multiplied
/// by a few rows, k ascending with one accumulator for each output. <see cref="Unfold"/> writes the floats for tiles of many rows instead.
/// </summary>
/// <remarks>Unsafe contract: every row pointer has Blocks · BlockSize readable floats, Sums has room for what is written.</remarks>
internal static unsafe class CodeTiles<TFloat, TVector, TCodes, TZeroPoints>
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
    where TCodes : struct, IWeightCodes<TVector>
    where TZeroPoints : struct, IFlag
{
    /// <summary>One row times two panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Row1(CodeTile* tile)
    {
        int lanes = TFloat.Lanes, groupBytes = TCodes.GroupBytes * lanes;
        TVector c0 = default, c1 = default, c2 = default, c3 = default, z0 = default, z1 = default, z2 = default, z3 = default;
        TVector table = TCodes.Table;
        float* x = tile->Row0;
        byte* codes = tile->Codes;
        nint panel = tile->PanelBytes;
        float* a = tile->Scales, b = a + tile->PanelScales;
        for (int block = tile->Blocks; block > 0; block--)
        {
            TVector s0 = TFloat.Load(a), s1 = TFloat.Load(a + lanes), s2 = TFloat.Load(b), s3 = TFloat.Load(b + lanes);
            if (TZeroPoints.Value)
            {
                (z0, z1) = (TFloat.Load(a + 2 * lanes), TFloat.Load(a + 3 * lanes));
                (z2, z3) = (TFloat.Load(b + 2 * lanes), TFloat.Load(b + 3 * lanes));
            }
            a += (TZeroPoints.Value ? 4 : 2) * lanes;
            b += (TZeroPoints.Value ? 4 : 2) * lanes;
            int left = tile->BlockSize;
            do
            {
                TVector g0 = TCodes.Load(codes), g1 = TCodes.Load(codes + groupBytes), g2 = TCodes.Load(codes + panel), g3 = TCodes.Load(codes + panel + groupBytes);
                codes += 2 * groupBytes;
                int count = Math.Min(left, TCodes.PerGroup);
                left -= TCodes.PerGroup;
                do
                {
                    TVector x0 = TFloat.Broadcast(*x++);
                    c0 = TFloat.FusedMultiplyAdd(x0, Weight(table, g0, z0, s0), c0);
                    c1 = TFloat.FusedMultiplyAdd(x0, Weight(table, g1, z1, s1), c1);
                    c2 = TFloat.FusedMultiplyAdd(x0, Weight(table, g2, z2, s2), c2);
                    c3 = TFloat.FusedMultiplyAdd(x0, Weight(table, g3, z3, s3), c3);
                    (g0, g1, g2, g3) = (TCodes.Rest(g0), TCodes.Rest(g1), TCodes.Rest(g2), TCodes.Rest(g3));
                }
                while (TCodes.PerGroup > 1 && --count > 0);
            }
            while (left > 0);
        }
        float* sums = tile->Sums;
        TFloat.Store(c0, sums);
        TFloat.Store(c1, sums + lanes);
        TFloat.Store(c2, sums + 2 * lanes);
        TFloat.Store(c3, sums + 3 * lanes);
    }

    /// <summary>Four rows times one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows4(CodeTile* tile)
    {
        int lanes = TFloat.Lanes, groupBytes = TCodes.GroupBytes * lanes;
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        TVector z0 = default, z1 = default, table = TCodes.Table;
        float* x0 = tile->Row0, x1 = tile->Row1, x2 = tile->Row2, x3 = tile->Row3;
        byte* codes = tile->Codes;
        float* scales = tile->Scales;
        nint k = 0;
        for (int block = tile->Blocks; block > 0; block--)
        {
            TVector s0 = TFloat.Load(scales), s1 = TFloat.Load(scales + lanes);
            if (TZeroPoints.Value) { (z0, z1) = (TFloat.Load(scales + 2 * lanes), TFloat.Load(scales + 3 * lanes)); }
            scales += (TZeroPoints.Value ? 4 : 2) * lanes;
            int left = tile->BlockSize;
            do
            {
                TVector g0 = TCodes.Load(codes), g1 = TCodes.Load(codes + groupBytes);
                codes += 2 * groupBytes;
                int count = Math.Min(left, TCodes.PerGroup);
                left -= TCodes.PerGroup;
                do
                {
                    TVector w0 = Weight(table, g0, z0, s0), w1 = Weight(table, g1, z1, s1);
                    TVector x = TFloat.Broadcast(x0[k]);
                    c00 = TFloat.FusedMultiplyAdd(x, w0, c00);
                    c01 = TFloat.FusedMultiplyAdd(x, w1, c01);
                    x = TFloat.Broadcast(x1[k]);
                    c10 = TFloat.FusedMultiplyAdd(x, w0, c10);
                    c11 = TFloat.FusedMultiplyAdd(x, w1, c11);
                    x = TFloat.Broadcast(x2[k]);
                    c20 = TFloat.FusedMultiplyAdd(x, w0, c20);
                    c21 = TFloat.FusedMultiplyAdd(x, w1, c21);
                    x = TFloat.Broadcast(x3[k]);
                    c30 = TFloat.FusedMultiplyAdd(x, w0, c30);
                    c31 = TFloat.FusedMultiplyAdd(x, w1, c31);
                    (g0, g1) = (TCodes.Rest(g0), TCodes.Rest(g1));
                    k++;
                }
                while (TCodes.PerGroup > 1 && --count > 0);
            }
            while (left > 0);
        }
        float* sums = tile->Sums;
        TFloat.Store(c00, sums);
        TFloat.Store(c01, sums + lanes);
        TFloat.Store(c10, sums + 2 * lanes);
        TFloat.Store(c11, sums + 3 * lanes);
        TFloat.Store(c20, sums + 4 * lanes);
        TFloat.Store(c21, sums + 5 * lanes);
        TFloat.Store(c30, sums + 6 * lanes);
        TFloat.Store(c31, sums + 7 * lanes);
    }

    /// <summary>The floats of one panel, as <see cref="StoredFloatPanels"/> would hold them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Unfold(CodeTile* tile)
    {
        int lanes = TFloat.Lanes, groupBytes = TCodes.GroupBytes * lanes;
        TVector z0 = default, z1 = default, table = TCodes.Table;
        byte* codes = tile->Codes;
        float* scales = tile->Scales, to = tile->Sums;
        for (int block = tile->Blocks; block > 0; block--)
        {
            TVector s0 = TFloat.Load(scales), s1 = TFloat.Load(scales + lanes);
            if (TZeroPoints.Value) { (z0, z1) = (TFloat.Load(scales + 2 * lanes), TFloat.Load(scales + 3 * lanes)); }
            scales += (TZeroPoints.Value ? 4 : 2) * lanes;
            int left = tile->BlockSize;
            do
            {
                TVector g0 = TCodes.Load(codes), g1 = TCodes.Load(codes + groupBytes);
                codes += 2 * groupBytes;
                int count = Math.Min(left, TCodes.PerGroup);
                left -= TCodes.PerGroup;
                do
                {
                    TFloat.Store(Weight(table, g0, z0, s0), to);
                    TFloat.Store(Weight(table, g1, z1, s1), to + lanes);
                    to += 2 * lanes;
                    (g0, g1) = (TCodes.Rest(g0), TCodes.Rest(g1));
                }
                while (TCodes.PerGroup > 1 && --count > 0);
            }
            while (left > 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Weight(TVector table, TVector group, TVector zeroPoint, TVector scale)
    {
        TVector code = TCodes.First(table, group);
        return TFloat.Multiply(TZeroPoints.Value ? TFloat.Subtract(code, zeroPoint) : code, scale);
    }
}
