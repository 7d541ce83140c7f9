namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Which input pixel each tap of each output pixel reads. The one place that knows strides, dilations and padding.</summary>
internal static class WindowSources
{
    /// <summary>The tap lies outside the image.</summary>
    public const int Outside = -1;

    /// <summary>A transposed window has no such tap here: it would fall between two inputs.</summary>
    public const int None = -2;

    /// <summary>Entries of the largest table, 512 MB: 3 × 3 taps over 3,800 × 3,800 pixels.</summary>
    private const long Most = 1 << 27;

    /// <summary>[output pixels, taps]: the index of the input pixel, <see cref="Outside"/> or <see cref="None"/>.</summary>
    /// <exception cref="QuantizationException">The sizes do not have one entry for each axis of the window, or the table would be too large.</exception>
    public static int[] Build(ConvolutionWindow window, bool transposed, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        RequireRank(window.Rank, inputSize, outputSize);
        long pixels = Count(outputSize);
        int taps = window.Taps;
        if (pixels * taps > Most || Count(inputSize) > int.MaxValue)
        {
            throw new QuantizationException($"A window of {taps} taps over {pixels} output pixels needs too large a table; use smaller images.");
        }
        int[] sources = new int[pixels * taps];
        for (int index = 0; index < sources.Length; index++)
        {
            sources[index] = Source(window, transposed, inputSize, outputSize, index / taps, index % taps);
        }
        return sources;
    }

    /// <exception cref="QuantizationException">The sizes do not have one entry for each axis of the window.</exception>
    public static void RequireRank(int rank, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        if (inputSize.Length != rank || outputSize.Length != rank)
        {
            throw new QuantizationException($"Found {inputSize.Length} input and {outputSize.Length} output sizes; expected {rank} of each, one for every spatial axis of the window.");
        }
    }

    /// <summary>Product of the sizes; 1 without axes.</summary>
    public static long Count(ReadOnlySpan<int> sizes)
    {
        long count = 1;
        foreach (int size in sizes) { count = Math.Min(count * size, long.MaxValue / int.MaxValue); }
        return count;
    }

    private static int Source(ConvolutionWindow window, bool transposed, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize, int pixel, int tap)
    {
        int source = 0, step = 1;
        bool outside = false;
        for (int axis = window.Rank - 1; axis >= 0; axis--)
        {
            (pixel, int output) = Math.DivRem(pixel, outputSize[axis]);
            (tap, int kernel) = Math.DivRem(tap, window.Kernel[axis]);
            int input = output * window.Strides[axis] - window.PadsBegin[axis] + kernel * window.Dilations[axis];
            if (transposed)
            {
                (input, int between) = Math.DivRem(output + window.PadsBegin[axis] - kernel * window.Dilations[axis], window.Strides[axis]);
                if (between != 0) { return None; }
            }
            outside |= (uint)input >= (uint)inputSize[axis];
            source += input * step;
            step *= inputSize[axis];
        }
        return outside ? Outside : source;
    }
}
