using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Micro-kernel of a depthwise convolution: one pixel of 4 · Lanes channels, four taps at a time.</summary>
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
    /// <param name="offset">Bytes from a pointer to the first channel.</param>
    /// <param name="weights">[quad of taps, vector, lane, 4 taps].</param>
    /// <param name="start">[vector, lane] where the sums start.</param>
    /// <param name="sums">[channel] written in order.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pixel(byte** rows, nint stride, int taps, nint offset, byte* weights, int* start, int* sums)
    {
        int lanes = TDot.Lanes;
        TVector c0 = TDot.Load(start), c1 = TDot.Load(start + lanes), c2 = TDot.Load(start + 2 * lanes), c3 = TDot.Load(start + 3 * lanes);
        byte* w = weights;
        for (int tap = 0; tap < taps; tap += 4, w += 16 * lanes)
        {
            // Taps after the last have zero weights; they read the last one again.
            byte** at = rows + tap * stride;
            int left = taps - 1 - tap;
            byte* r0 = at[0] + offset;
            byte* r1 = at[Math.Min(1, left) * stride] + offset;
            byte* r2 = at[Math.Min(2, left) * stride] + offset;
            byte* r3 = at[Math.Min(3, left) * stride] + offset;
            TDot.LoadInterleaved(r0, r1, r2, r3, out TVector x0, out TVector x1, out TVector x2, out TVector x3);
            c0 = TDot.MultiplyAdd(c0, Codes(x0), TDot.Load(w));
            c1 = TDot.MultiplyAdd(c1, Codes(x1), TDot.Load(w + 4 * lanes));
            c2 = TDot.MultiplyAdd(c2, Codes(x2), TDot.Load(w + 8 * lanes));
            c3 = TDot.MultiplyAdd(c3, Codes(x3), TDot.Load(w + 12 * lanes));
        }
        TDot.StoreDeinterleaved(sums, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Codes(TVector codes) => TFlips.Value ? TDot.FlipSigns(codes) : codes;
}
