using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels.Tests;

/// <summary>The shape of one convolution under test.</summary>
public sealed record ConvolutionCase(
    string Name, int Batch, int InputChannels, int OutputChannels, int Groups, int[] Size, int[] Kernel, int[] Strides, int[] Dilations, int[] PadsBegin, int[] PadsEnd, bool Transposed = false)
{
    public ConvolutionWindow Window => new([.. Kernel], [.. Strides], [.. Dilations], [.. PadsBegin], [.. PadsEnd]);

    public int Taps { get; } = Kernel.Aggregate(1, static (a, b) => a * b);

    public int Depth => InputChannels / Groups;

    public int[] OutputSize => [.. Size.Select((size, axis) => Transposed
        ? (size - 1) * Strides[axis] - PadsBegin[axis] - PadsEnd[axis] + Dilations[axis] * (Kernel[axis] - 1) + 1
        : (size + PadsBegin[axis] + PadsEnd[axis] - Dilations[axis] * (Kernel[axis] - 1) - 1) / Strides[axis] + 1)];

    public int InputPixels { get; } = Size.Aggregate(1, static (a, b) => a * b);

    public int OutputPixels => OutputSize.Aggregate(1, static (a, b) => a * b);

    /// <summary><see cref="Source"/> of every output pixel and tap.</summary>
    public int[] Sources() => [.. from pixel in Enumerable.Range(0, OutputPixels) from tap in Enumerable.Range(0, Taps) select Source(pixel, tap)];

    /// <summary>Input pixel, −1 outside, −2 between the inputs of a transposed window. Forward scatter or gather, written independently of the product.</summary>
    public int Source(int outputPixel, int tap)
    {
        int[] output = Coordinates(outputPixel, OutputSize), kernel = Coordinates(tap, Kernel), input = new int[Size.Length];
        bool outside = false;
        for (int axis = 0; axis < Size.Length; axis++)
        {
            if (!Transposed)
            {
                input[axis] = output[axis] * Strides[axis] - PadsBegin[axis] + kernel[axis] * Dilations[axis];
            }
            else
            {
                // Which input would scatter through this tap to here? Look for it far enough on both sides.
                int found = int.MinValue;
                for (int i = -64; i < Size[axis] + 64; i++)
                {
                    if (i * Strides[axis] + kernel[axis] * Dilations[axis] - PadsBegin[axis] == output[axis]) { found = i; }
                }
                if (found == int.MinValue) { return -2; }
                input[axis] = found;
            }
            outside |= input[axis] < 0 || input[axis] >= Size[axis];
        }
        if (outside) { return -1; }
        int pixel = 0;
        for (int axis = 0; axis < Size.Length; axis++) { pixel = pixel * Size[axis] + input[axis]; }
        return pixel;
    }

    private static int[] Coordinates(int index, int[] sizes)
    {
        int[] coordinates = new int[sizes.Length];
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            coordinates[axis] = index % sizes[axis];
            index /= sizes[axis];
        }
        return coordinates;
    }

    public override string ToString() => Name;

    public static ConvolutionCase MatMul(int rows, int depth, int columns) => new($"product {rows}x{depth}x{columns}", rows, depth, columns, 1, [], [], [], [], [], []);

    public static ConvolutionCase Conv2D(string name, int batch, int c, int n, int size, int kernel, int stride = 1, int pad = 0, int dilation = 1, int groups = 1, bool transposed = false) =>
        new($"{name} c{c} n{n} {size}x{size} k{kernel} s{stride} p{pad} d{dilation} g{groups}", batch, c, n, groups, [size, size], [kernel, kernel], [stride, stride], [dilation, dilation], [pad, pad], [pad, pad], transposed);
}
