namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What a pool needs to know about one input size. Immutable.</summary>
public sealed class PoolTables
{
    private PoolTables(int[] sources, int[] inside, int[] padded, int taps, int inputPixels)
    {
        (Sources, Inside, Padded, Taps, InputPixels, OutputPixels) = (sources, inside, padded, taps, inputPixels, inside.Length);
    }

    /// <summary>Pixels of one input image.</summary>
    public int InputPixels { get; }

    /// <summary>Pixels of one output image.</summary>
    public int OutputPixels { get; }

    /// <summary>Taps of one window.</summary>
    internal int Taps { get; }

    /// <summary>[output pixels, taps] input pixels, those inside the image first and in ascending order of tap.</summary>
    internal int[] Sources { get; }

    /// <summary>Taps inside the image, for each output pixel.</summary>
    internal int[] Inside { get; }

    /// <summary>Taps inside the padded image, for each output pixel. Less than all where ceil mode lets a window stick out.</summary>
    internal int[] Padded { get; }

    /// <summary>Tables for one input size. Make it once for each size and keep it: running does not allocate.</summary>
    /// <param name="window">The window.</param>
    /// <param name="inputSize">Spatial sizes of the input.</param>
    /// <param name="outputSize">Spatial sizes of the output; a window may stick out of the padded image (ceil mode).</param>
    /// <exception cref="QuantizationException">The sizes do not fit the window.</exception>
    public static PoolTables Plan(ConvolutionWindow window, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        SpecCheck.Window(window);
        int[] sources = WindowSources.Build(window, false, inputSize, outputSize);
        int pixels = (int)WindowSources.Count(outputSize), taps = window.Taps;
        int[] inside = new int[pixels], padded = new int[pixels];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            Span<int> row = sources.AsSpan(pixel * taps, taps);
            foreach (int source in row)
            {
                if (source >= 0) { row[inside[pixel]++] = source; }
            }
            padded[pixel] = InsidePadding(window, inputSize, outputSize, pixel);
        }
        return new(sources, inside, padded, taps, (int)WindowSources.Count(inputSize));
    }

    private static int InsidePadding(ConvolutionWindow window, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize, int pixel)
    {
        int count = 1;
        for (int axis = window.Rank - 1; axis >= 0; axis--)
        {
            (pixel, int output) = Math.DivRem(pixel, outputSize[axis]);
            int end = inputSize[axis] + window.PadsBegin[axis] + window.PadsEnd[axis], inside = 0;
            for (int tap = 0; tap < window.Kernel[axis]; tap++)
            {
                if (output * window.Strides[axis] + tap * window.Dilations[axis] < end) { inside++; }
            }
            count *= inside;
        }
        return count;
    }
}
