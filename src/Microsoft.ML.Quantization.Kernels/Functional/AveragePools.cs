namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// The mean of each window: <c>rne(Σ (Q − z) / divisor) + z</c>. The divisor counts the elements of the window in the padded input, or with
/// <c>countIncludePad</c> false those in the input itself; <c>divisorOverride</c> replaces it. The result keeps scale and zero point.
/// </summary>
/// <remarks>
/// x is [batch, channels, spatial…] or [channels, spatial…], 8-bit codes with one scale. Lists have one number for each spatial axis or one for
/// all; the stride is the kernel when left out. With <c>ceilMode</c> a last window may stick out of the padded input. Ties may round to another
/// code than PyTorch's, which depend on its memory layout. All throw <see cref="QuantizationException"/> when the settings do not fit.
/// </remarks>
public static class AveragePools
{
    /// <summary>Over the last axis (PyTorch <c>avg_pool1d</c>).</summary>
    public static QuantizedTensor AvgPool1d(QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, bool ceilMode = false, bool countIncludePad = true, Engine? engine = null) =>
        Run(1, x, kernel, stride, padding, ceilMode, countIncludePad, null, engine);

    /// <summary>Over the last two axes (PyTorch <c>avg_pool2d</c>; its QNNPACK engine ignores the divisor, ours never does).</summary>
    public static QuantizedTensor AvgPool2d(QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null, Engine? engine = null) =>
        Run(2, x, kernel, stride, padding, ceilMode, countIncludePad, divisorOverride, engine);

    /// <summary>Over the last three axes (PyTorch <c>avg_pool3d</c>).</summary>
    public static QuantizedTensor AvgPool3d(QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null, Engine? engine = null) =>
        Run(3, x, kernel, stride, padding, ceilMode, countIncludePad, divisorOverride, engine);

    private static QuantizedTensor Run(int rank, QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride, IReadOnlyList<int>? padding, bool ceil, bool countIncludePad, int? divisorOverride, Engine? engine)
    {
        ConvolutionWindow window = PoolWindows.Window(rank, kernel, stride, padding);
        Engine chosen = engine ?? EngineList.Default;
        CodeParameters map = ByteTensors.Map(x);
        if (divisorOverride is not { } divisor)
        {
            return PoolWindows.Run(x, window, ceil, (tables, batch, channels, codes, y) => chosen.AveragePool(tables, batch, channels, codes, map, y, map, countIncludePad));
        }
        if (divisor < 1) { throw new QuantizationException($"The divisor is {divisor}; expected 1 or more."); }
        // With the padding as elements every window has all its taps, and the engine's M = taps / (taps · divisor) is the divisor's reciprocal.
        ReadOnlySpan<int> size = PoolWindows.Spatial(x, rank);
        int[] outputSize = WindowSizes.Gather(window, size, ceil);
        QuantizedTensor padded = Paddings.Constant(x, Pads(window, size, outputSize));
        ConvolutionWindow inside = window with { PadsBegin = PerAxis.Repeat(0, rank), PadsEnd = PerAxis.Repeat(0, rank) };
        CodeParameters input = map with { Scale = window.Taps }, output = map with { Scale = divisor };
        return PoolWindows.Run(padded, outputSize, PoolTables.Plan(inside, PoolWindows.Spatial(padded, rank), outputSize),
            (tables, batch, channels, codes, y) => chosen.AveragePool(tables, batch, channels, codes, input, y, output, countPadding: false));
    }

    /// <summary>Padding that holds the last window as well, the last axis first.</summary>
    private static int[] Pads(ConvolutionWindow window, ReadOnlySpan<int> size, ReadOnlySpan<int> outputSize)
    {
        var pads = new List<int>();
        for (int axis = window.Rank - 1; axis >= 0; axis--)
        {
            long last = (outputSize[axis] - 1L) * window.Strides[axis] + WindowSizes.Extent(window, axis) - window.PadsBegin[axis];
            pads.Add(window.PadsBegin[axis]);
            pads.Add((int)Math.Max(0, last - size[axis]));
        }
        return [.. pads];
    }
}
