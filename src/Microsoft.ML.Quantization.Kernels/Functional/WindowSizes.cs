using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>How large the output of a window is.</summary>
internal static class WindowSizes
{
    /// <summary>
    /// Of convolutions and pools: <c>⌊(in + begin + end − ((kernel − 1) · dilation + 1)) / stride⌋ + 1</c>. With <paramref name="ceil"/> the
    /// quotient is rounded up, but a last window that would start behind the input and its leading padding is left out.
    /// </summary>
    /// <exception cref="QuantizationException">The window does not fit into the padded input.</exception>
    public static int[] Gather(ConvolutionWindow window, ReadOnlySpan<int> input, bool ceil = false)
    {
        var output = new int[window.Rank];
        for (int axis = 0; axis < output.Length; axis++)
        {
            long padded = (long)input[axis] + window.PadsBegin[axis] + window.PadsEnd[axis], room = padded - Extent(window, axis);
            if (room < 0) { throw new QuantizationException($"Spatial axis {axis} has {padded} elements, padding included; expected at least {Extent(window, axis)}, the extent of the window."); }
            int stride = window.Strides[axis];
            long size = (ceil ? room + stride - 1 : room) / stride + 1;
            output[axis] = (int)(ceil && (size - 1) * stride >= (long)input[axis] + window.PadsBegin[axis] ? size - 1 : size);
        }
        return output;
    }

    /// <summary>Of transposed convolutions: <c>stride · (in − 1) + (kernel − 1) · dilation + 1 + output padding − begin − end</c>.</summary>
    /// <exception cref="QuantizationException">Nothing would be left.</exception>
    public static int[] Scatter(ConvolutionWindow window, ReadOnlySpan<int> input, ImmutableArray<int> outputPadding)
    {
        var output = new int[window.Rank];
        for (int axis = 0; axis < output.Length; axis++)
        {
            long size = (long)window.Strides[axis] * (input[axis] - 1) + Extent(window, axis) + outputPadding[axis] - window.PadsBegin[axis] - window.PadsEnd[axis];
            if (size is < 1 or > int.MaxValue) { throw new QuantizationException($"Spatial axis {axis} of the output would have {size} elements; expected at least 1. Check padding and output padding."); }
            output[axis] = (int)size;
        }
        return output;
    }

    /// <summary>Elements from the first to the last tap.</summary>
    public static long Extent(ConvolutionWindow window, int axis) => (window.Kernel[axis] - 1L) * window.Dilations[axis] + 1;
}
