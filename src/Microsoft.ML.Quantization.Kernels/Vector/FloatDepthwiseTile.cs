using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Micro-kernel of a float depthwise convolution: four pixels of one register of channels, taps ascending.</summary>
internal static unsafe class FloatDepthwiseTile<TFloat, TVector>
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    /// <param name="rows">[taps, stride] pointers to input pixels; the first four of each tap are read.</param>
    /// <param name="stride">Pointers from one tap to the next.</param>
    /// <param name="taps">Taps of the window.</param>
    /// <param name="channel">First channel.</param>
    /// <param name="weights">[taps, lanes].</param>
    /// <param name="c0">Sums of the first pixel.</param>
    /// <param name="c1">Sums of the second.</param>
    /// <param name="c2">Sums of the third.</param>
    /// <param name="c3">Sums of the fourth.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows4(byte** rows, nint stride, int taps, int channel, float* weights, out TVector c0, out TVector c1, out TVector c2, out TVector c3)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        for (int tap = 0; tap < taps; tap++, rows += stride)
        {
            TVector w = TFloat.Load(weights + tap * TFloat.Lanes);
            s0 = TFloat.FusedMultiplyAdd(TFloat.Load((float*)rows[0] + channel), w, s0);
            s1 = TFloat.FusedMultiplyAdd(TFloat.Load((float*)rows[1] + channel), w, s1);
            s2 = TFloat.FusedMultiplyAdd(TFloat.Load((float*)rows[2] + channel), w, s2);
            s3 = TFloat.FusedMultiplyAdd(TFloat.Load((float*)rows[3] + channel), w, s3);
        }
        (c0, c1, c2, c3) = (s0, s1, s2, s3);
    }
}
