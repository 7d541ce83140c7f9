using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>How large the output of a window is.</summary>
public static class WindowSizes
{
    /// <summary>
    /// One axis of convolutions and pools: <c>⌊(in + begin + end − ((kernel − 1) · dilation + 1)) / stride⌋ + 1</c>. With <paramref name="ceil"/>
    /// the quotient is rounded up, but a last window that would start behind the input and its leading padding is left out.
    /// </summary>
    /// <returns>The size; null when the window does not fit into the padded input.</returns>
    public static int? Gather(ConvolutionWindow window, int axis, int input, bool ceil = false)
    {
        long room = (long)input + window.PadsBegin[axis] + window.PadsEnd[axis] - Extent(window, axis);
        if (room < 0) { return null; }
        int stride = window.Strides[axis];
        long size = (ceil ? room + stride - 1 : room) / stride + 1;
        return (int)(ceil && (size - 1) * stride >= (long)input + window.PadsBegin[axis] ? size - 1 : size);
    }

    /// <summary>All axes of convolutions and pools.</summary>
    /// <exception cref="QuantizationException">The window does not fit into the padded input.</exception>
    public static int[] Gather(ConvolutionWindow window, ReadOnlySpan<int> input, bool ceil = false)
    {
        var output = new int[window.Rank];
        for (int axis = 0; axis < output.Length; axis++)
        {
            output[axis] = Gather(window, axis, input[axis], ceil) ?? throw new QuantizationException(
                $"Spatial axis {axis} has {(long)input[axis] + window.PadsBegin[axis] + window.PadsEnd[axis]} elements, padding included; expected at least {Extent(window, axis)}, the extent of the window.");
        }
        return output;
    }

    /// <summary>One axis of transposed convolutions: <c>stride · (in − 1) + (kernel − 1) · dilation + 1 + output padding − begin − end</c>.</summary>
    /// <returns>The size, below 0 when more is cut off than there is.</returns>
    public static long Scatter(ConvolutionWindow window, int axis, int input, int outputPadding) =>
        (long)window.Strides[axis] * (input - 1) + Extent(window, axis) + outputPadding - window.PadsBegin[axis] - window.PadsEnd[axis];

    /// <summary>All axes of transposed convolutions.</summary>
    /// <exception cref="QuantizationException">Nothing would be left.</exception>
    public static int[] Scatter(ConvolutionWindow window, ReadOnlySpan<int> input, ImmutableArray<int> outputPadding)
    {
        var output = new int[window.Rank];
        for (int axis = 0; axis < output.Length; axis++)
        {
            long size = Scatter(window, axis, input[axis], outputPadding[axis]);
            if (size is < 1 or > int.MaxValue) { throw new QuantizationException($"Spatial axis {axis} of the output would have {size} elements; expected at least 1. Check padding and output padding."); }
            output[axis] = (int)size;
        }
        return output;
    }

    /// <summary>Elements from the first to the last tap: <c>(kernel − 1) · dilation + 1</c>.</summary>
    public static long Extent(ConvolutionWindow window, int axis) => (window.Kernel[axis] - 1L) * window.Dilations[axis] + 1;
}
