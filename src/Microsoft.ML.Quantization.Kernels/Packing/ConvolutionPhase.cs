using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The outputs of a convolution that use the same taps. A gathering window has one phase; a transposed one has a phase for each
/// remainder of the output position by the strides, and is an ordinary convolution within it.
/// </summary>
/// <param name="Taps">The taps of the window in use, ascending. May be empty where the stride exceeds the kernel.</param>
internal sealed record ConvolutionPhase(ImmutableArray<int> Taps)
{
    /// <summary>All phases, in the order of <see cref="IndexOf"/>.</summary>
    public static ImmutableArray<ConvolutionPhase> Split(ConvolutionWindow window, bool transposed)
    {
        if (!transposed) { return [new([.. Enumerable.Range(0, window.Taps)])]; }
        int phases = 1;
        foreach (int stride in window.Strides) { phases *= stride; }
        return [.. Enumerable.Range(0, phases).Select(phase => new ConvolutionPhase([.. Enumerable.Range(0, window.Taps).Where(tap => Serves(window, phase, tap))]))];
    }

    /// <summary>The phase of an output pixel.</summary>
    public static int IndexOf(ConvolutionWindow window, bool transposed, ReadOnlySpan<int> outputSize, int pixel)
    {
        int phase = 0, step = 1;
        for (int axis = window.Rank - 1; transposed && axis >= 0; axis--)
        {
            (pixel, int output) = Math.DivRem(pixel, outputSize[axis]);
            int stride = window.Strides[axis];
            phase += (output + window.PadsBegin[axis]) % stride * step;
            step *= stride;
        }
        return phase;
    }

    private static bool Serves(ConvolutionWindow window, int phase, int tap)
    {
        for (int axis = window.Rank - 1; axis >= 0; axis--)
        {
            (phase, int remainder) = Math.DivRem(phase, window.Strides[axis]);
            (tap, int kernel) = Math.DivRem(tap, window.Kernel[axis]);
            if (kernel * window.Dilations[axis] % window.Strides[axis] != remainder) { return false; }
        }
        return true;
    }
}
