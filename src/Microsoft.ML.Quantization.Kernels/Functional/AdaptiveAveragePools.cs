namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Means over windows that divide the input evenly: output i covers the elements from ⌊i · in / out⌋ up to, not including, ⌈(i + 1) · in / out⌉,
/// <c>rne(Σ (Q − z) / count) + z</c>. The result keeps scale and zero point.
/// </summary>
/// <remarks>
/// x is [batch, channels, spatial…] or [channels, spatial…], 8-bit codes with one scale. The output size has one number for each spatial axis or
/// one for all; null keeps an axis. Ties may round to another code than PyTorch's, which depend on its memory layout. All throw
/// <see cref="QuantizationException"/> when the sizes do not fit.
/// </remarks>
public static class AdaptiveAveragePools
{
    /// <summary>Over the last axis (PyTorch <c>adaptive_avg_pool1d</c>).</summary>
    public static QuantizedTensor AdaptiveAvgPool1d(QuantizedTensor x, IReadOnlyList<int?> outputSize, Engine? engine = null) => Run(1, x, outputSize, engine);

    /// <summary>Over the last two axes (PyTorch <c>adaptive_avg_pool2d</c>).</summary>
    public static QuantizedTensor AdaptiveAvgPool2d(QuantizedTensor x, IReadOnlyList<int?> outputSize, Engine? engine = null) => Run(2, x, outputSize, engine);

    /// <summary>Over the last three axes (PyTorch <c>adaptive_avg_pool3d</c>).</summary>
    public static QuantizedTensor AdaptiveAvgPool3d(QuantizedTensor x, IReadOnlyList<int?> outputSize, Engine? engine = null) => Run(3, x, outputSize, engine);

    private static QuantizedTensor Run(int rank, QuantizedTensor x, IReadOnlyList<int?> outputSize, Engine? engine)
    {
        engine ??= EngineList.Default;
        CodeParameters map = ByteTensors.Map(x);
        int[] input = PoolWindows.Spatial(x, rank).ToArray(), output = Sizes(input, outputSize);
        int lead = x.Rank - rank, channels = x.Shape[lead - 1], batch = lead == 1 ? 1 : x.Shape[0];
        QuantizedTensor y = ByteTensors.Like(x, new([.. x.Shape.Sizes[..lead], .. output]));
        if (y.Length == 0) { return y; }
        if (x.Length == 0) { throw new QuantizationException($"An adaptive pool was given {x}; expected at least one element to average."); }
        int inputPixels = (int)WindowSources.Count(input), outputPixels = (int)WindowSources.Count(output);
        byte[] codes = new byte[x.Length], window = new byte[x.Length], means = new byte[batch * channels], result = new byte[y.Length];
        ChannelsLast.FromChannelsFirst(ByteTensors.Read(x), codes, batch, channels, inputPixels);
        for (int pixel = 0; pixel < outputPixels; pixel++)
        {
            int[] sources = Window(input, output, pixel);
            for (int i = 0; i < batch * sources.Length; i++)
            {
                (int image, int tap) = Math.DivRem(i, sources.Length);
                codes.AsSpan((image * inputPixels + sources[tap]) * channels, channels).CopyTo(window.AsSpan(i * channels));
            }
            engine.GlobalAveragePool(batch, sources.Length, channels, window, map, means, map);
            for (int image = 0; image < batch; image++) { means.AsSpan(image * channels, channels).CopyTo(result.AsSpan((image * outputPixels + pixel) * channels)); }
        }
        ChannelsLast.ToChannelsFirst<byte>(result, ByteTensors.Write(y), batch, channels, outputPixels);
        return y;
    }

    /// <summary>The input pixels of one output pixel.</summary>
    private static int[] Window(ReadOnlySpan<int> input, ReadOnlySpan<int> output, int pixel)
    {
        int[] sources = [0];
        int below = 1;
        for (int axis = input.Length - 1; axis >= 0; axis--)
        {
            (pixel, int at) = Math.DivRem(pixel, output[axis]);
            int start = (int)((long)at * input[axis] / output[axis]), end = (int)(((at + 1L) * input[axis] + output[axis] - 1) / output[axis]), step = below;
            int[] inner = sources;
            sources = [.. Enumerable.Range(start, end - start).SelectMany(i => inner.Select(source => i * step + source))];
            below *= input[axis];
        }
        return sources;
    }

    private static int[] Sizes(int[] input, IReadOnlyList<int?> outputSize)
    {
        if (outputSize.Count != 1 && outputSize.Count != input.Length)
        {
            throw new QuantizationException($"Found {outputSize.Count} output sizes; expected one, or one for each of {input.Length} spatial axes.");
        }
        int[] sizes = [.. input.Select((size, axis) => outputSize[outputSize.Count == 1 ? 0 : axis] ?? size)];
        return Array.Exists(sizes, size => size < 0) ? throw new QuantizationException($"Found output sizes [{string.Join(", ", sizes)}]; expected 0 or more.") : sizes;
    }
}
