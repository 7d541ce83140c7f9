using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Micro-kernels of depthwise convolutions: pixels of 4 · Lanes channels, four taps at a time.</summary>
/// <typeparam name="TDot">The instructions.</typeparam>
/// <typeparam name="TVector">A register.</typeparam>
/// <typeparam name="TFlips">Whether the signs of the codes are flipped first, see <see cref="CodeSigns"/>.</typeparam>
internal static unsafe class Int8DepthwiseTile<TDot, TVector, TFlips>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
    where TFlips : struct, IFlag
{
    /// <param name="rows">Pointers to the input pixels, one every <paramref name="stride"/> for each tap.</param>
    /// <param name="stride">Pointers from one tap to the next.</param>
    /// <param name="taps">Taps of the window.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="offset">Bytes from a pointer to the first channel.</param>
    /// <param name="weights">[quad of taps, vector, lane, 4 taps].</param>
    /// <param name="start">[vector, lane] where the sums start.</param>
    /// <param name="output">What becomes of the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static void Pixels(byte** rows, nint stride, int taps, int count, nint offset, byte* weights, int* start, DepthwiseOutput* output)
    {
        int lanes = TDot.Lanes;
        byte* line = stackalloc byte[InterleavedWriter<TDot, TVector>.LineBytes];
        CodeRange<TVector> range = TDot.Range(output->Limits);
        for (int pixel = 0; pixel < count; pixel++, rows++)
        {
            TVector c0 = TDot.Load(start), c1 = TDot.Load(start + lanes), c2 = TDot.Load(start + 2 * lanes), c3 = TDot.Load(start + 3 * lanes);
            byte* w = weights;
            byte** at = rows;
            int left = taps;
            for (; left >= 4; left -= 4, w += 16 * lanes, at += 4 * stride)
            {
                TDot.LoadInterleaved(at[0] + offset, at[stride] + offset, at[2 * stride] + offset, at[3 * stride] + offset, out TVector x0, out TVector x1, out TVector x2, out TVector x3);
                c0 = TDot.MultiplyAdd(c0, Codes(x0), TDot.Load(w));
                c1 = TDot.MultiplyAdd(c1, Codes(x1), TDot.Load(w + 4 * lanes));
                c2 = TDot.MultiplyAdd(c2, Codes(x2), TDot.Load(w + 8 * lanes));
                c3 = TDot.MultiplyAdd(c3, Codes(x3), TDot.Load(w + 12 * lanes));
            }
            if (left > 0)
            {
                // Taps after the last have zero weights; they read the first of these again.
                byte* r0 = at[0] + offset, r1 = left > 1 ? at[stride] + offset : r0, r2 = left > 2 ? at[2 * stride] + offset : r0;
                TDot.LoadInterleaved(r0, r1, r2, r0, out TVector x0, out TVector x1, out TVector x2, out TVector x3);
                c0 = TDot.MultiplyAdd(c0, Codes(x0), TDot.Load(w));
                c1 = TDot.MultiplyAdd(c1, Codes(x1), TDot.Load(w + 4 * lanes));
                c2 = TDot.MultiplyAdd(c2, Codes(x2), TDot.Load(w + 8 * lanes));
                c3 = TDot.MultiplyAdd(c3, Codes(x3), TDot.Load(w + 12 * lanes));
            }
            Write(output, pixel, c0, c1, c2, c3, range, line);
        }
    }

    /// <summary>
    /// Neighbouring pixels of a window of three columns. The taps of a column are interleaved once and stay in registers while they serve the
    /// pixels whose windows share it.
    /// </summary>
    /// <param name="rows">Pointers to the input pixels as for <see cref="Pixels"/>; the pixels follow one another.</param>
    /// <param name="stride">Pointers from one tap to the next.</param>
    /// <param name="height">Taps of a column, 1 to 4.</param>
    /// <param name="step">Columns from one window to the next, 1 or 2.</param>
    /// <param name="count">Pixels, all in one row of the output.</param>
    /// <param name="offset">Bytes from a pointer to the first channel.</param>
    /// <param name="weights">[column, vector, lane, 4 taps].</param>
    /// <param name="start">[vector, lane] where the sums start.</param>
    /// <param name="output">What becomes of the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static void ThreeColumns(byte** rows, nint stride, int height, int step, int count, nint offset, byte* weights, int* start, DepthwiseOutput* output)
    {
        int lanes = TDot.Lanes;
        byte* line = stackalloc byte[InterleavedWriter<TDot, TVector>.LineBytes];
        CodeRange<TVector> range = TDot.Range(output->Limits);
        // Taps after the last have zero weights; they read the last one again.
        nint second = Math.Min(1, height - 1) * 3 * stride, third = Math.Min(2, height - 1) * 3 * stride, fourth = (height - 1) * 3 * stride;
        Column(rows, second, third, fourth, offset, out TVector a0, out TVector a1, out TVector a2, out TVector a3);
        Column(rows + stride, second, third, fourth, offset, out TVector b0, out TVector b1, out TVector b2, out TVector b3);
        for (int pixel = 0; pixel < count; pixel++, rows++)
        {
            Column(rows + 2 * stride, second, third, fourth, offset, out TVector c0, out TVector c1, out TVector c2, out TVector c3);
            TVector s0 = TDot.MultiplyAdd(TDot.Load(start), a0, TDot.Load(weights));
            TVector s1 = TDot.MultiplyAdd(TDot.Load(start + lanes), a1, TDot.Load(weights + 4 * lanes));
            TVector s2 = TDot.MultiplyAdd(TDot.Load(start + 2 * lanes), a2, TDot.Load(weights + 8 * lanes));
            TVector s3 = TDot.MultiplyAdd(TDot.Load(start + 3 * lanes), a3, TDot.Load(weights + 12 * lanes));
            s0 = TDot.MultiplyAdd(s0, b0, TDot.Load(weights + 16 * lanes));
            s1 = TDot.MultiplyAdd(s1, b1, TDot.Load(weights + 20 * lanes));
            s2 = TDot.MultiplyAdd(s2, b2, TDot.Load(weights + 24 * lanes));
            s3 = TDot.MultiplyAdd(s3, b3, TDot.Load(weights + 28 * lanes));
            s0 = TDot.MultiplyAdd(s0, c0, TDot.Load(weights + 32 * lanes));
            s1 = TDot.MultiplyAdd(s1, c1, TDot.Load(weights + 36 * lanes));
            s2 = TDot.MultiplyAdd(s2, c2, TDot.Load(weights + 40 * lanes));
            s3 = TDot.MultiplyAdd(s3, c3, TDot.Load(weights + 44 * lanes));
            Write(output, pixel, s0, s1, s2, s3, range, line);
            if (step == 1)
            {
                (a0, a1, a2, a3) = (b0, b1, b2, b3);
                (b0, b1, b2, b3) = (c0, c1, c2, c3);
            }
            else if (pixel + 1 < count)
            {
                (a0, a1, a2, a3) = (c0, c1, c2, c3);
                Column(rows + 1 + stride, second, third, fourth, offset, out b0, out b1, out b2, out b3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(DepthwiseOutput* output, int pixel, TVector v0, TVector v1, TVector v2, TVector v3, CodeRange<TVector> range, byte* line)
    {
        if (output->Sums is null) { InterleavedWriter<TDot, TVector>.Store(output->Pixels[pixel] + output->Offset, output->Columns, v0, v1, v2, v3, output->Multipliers, range, line); }
        else { TDot.StoreDeinterleaved(output->Sums + pixel * 4 * TDot.Lanes, v0, v1, v2, v3); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(byte** rows, nint second, nint third, nint fourth, nint offset, out TVector v0, out TVector v1, out TVector v2, out TVector v3)
    {
        TDot.LoadInterleaved(rows[0] + offset, rows[second] + offset, rows[third] + offset, rows[fourth] + offset, out v0, out v1, out v2, out v3);
        if (TFlips.Value) { (v0, v1, v2, v3) = (TDot.FlipSigns(v0), TDot.FlipSigns(v1), TDot.FlipSigns(v2), TDot.FlipSigns(v3)); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Codes(TVector codes) => TFlips.Value ? TDot.FlipSigns(codes) : codes;
}
