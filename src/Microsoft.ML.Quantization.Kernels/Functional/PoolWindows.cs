using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>A pool of an engine over channels-last codes.</summary>
internal delegate void PoolKernel(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, Span<byte> y);

/// <summary>What the pools have in common: settings, sizes and the way to channels-last codes and back.</summary>
internal static class PoolWindows
{
    /// <summary>The window of a pool.</summary>
    /// <exception cref="QuantizationException">A list has another length, a number is out of bounds, or the padding exceeds half of the kernel.</exception>
    public static ConvolutionWindow Window(int rank, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride, IReadOnlyList<int>? padding, IReadOnlyList<int>? dilation = null)
    {
        if (kernel.Count == 0) { throw new QuantizationException($"Found no kernel size; expected one number, or one for each of {rank} spatial axes."); }
        ImmutableArray<int> sizes = PerAxis.Expand("The kernel", kernel, PerAxis.Repeat(1, rank), 1);
        ImmutableArray<int> pads = PerAxis.Expand("Padding", padding, PerAxis.Repeat(0, rank), 0);
        for (int axis = 0; axis < rank; axis++)
        {
            if (pads[axis] > sizes[axis] / 2) { throw new QuantizationException($"The pool's padding of spatial axis {axis} is {pads[axis]}; expected at most half of its kernel, {sizes[axis] / 2}."); }
        }
        return new(sizes, PerAxis.Expand("Stride", stride, sizes, 1), PerAxis.Expand("Dilation", dilation, PerAxis.Repeat(1, rank), 1), pads, pads);
    }

    /// <summary>Runs a pool over the last axes of [batch, channels, spatial…] or [channels, spatial…].</summary>
    public static QuantizedTensor Run(QuantizedTensor x, ConvolutionWindow window, bool ceil, PoolKernel kernel)
    {
        ReadOnlySpan<int> inputSize = Spatial(x, window.Rank);
        int[] outputSize = WindowSizes.Gather(window, inputSize, ceil);
        return Run(x, outputSize, PoolTables.Plan(window, inputSize, outputSize), kernel);
    }

    /// <summary>Runs a pool with given tables.</summary>
    public static QuantizedTensor Run(QuantizedTensor x, int[] outputSize, PoolTables tables, PoolKernel kernel)
    {
        int lead = x.Rank - outputSize.Length;
        QuantizedTensor y = ByteTensors.Like(x, new([.. x.Shape.Sizes[..lead], .. outputSize]));
        if (y.Length == 0) { return y; }
        (int batch, int channels) = (lead == 1 ? 1 : x.Shape[0], x.Shape[lead - 1]);
        byte[] input = new byte[x.Length], output = new byte[y.Length];
        ChannelsLast.FromChannelsFirst(ByteTensors.Read(x), input, batch, channels, tables.InputPixels);
        kernel(tables, batch, channels, input, output);
        ChannelsLast.ToChannelsFirst<byte>(output, ByteTensors.Write(y), batch, channels, tables.OutputPixels);
        return y;
    }

    /// <summary>The spatial sizes.</summary>
    /// <exception cref="QuantizationException">x has another number of axes, or is not 8-bit with one scale.</exception>
    public static ReadOnlySpan<int> Spatial(QuantizedTensor x, int rank)
    {
        _ = ByteTensors.Map(x);
        if (x.Rank != rank + 1 && x.Rank != rank + 2)
        {
            throw new QuantizationException($"A function over {rank} spatial axes was given {x}; expected [batch, channels, …] or [channels, …] with {rank} more axes.");
        }
        return x.Shape.Sizes.AsSpan()[^rank..];
    }
}
