using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// How a convolution moves. Each list has one entry for every spatial axis, or a single one for all of them, or is empty for the default.
/// </summary>
public sealed record ConvolutionSettings
{
    /// <summary>Steps between windows; 1 by default.</summary>
    public IReadOnlyList<int> Strides { get; init; } = [];

    /// <summary>Zeros before and after each axis; 0 by default. For a transposed convolution, what is cut off both ends.</summary>
    public IReadOnlyList<int> Padding { get; init; } = [];

    /// <summary>Steps between the taps of one window; 1 by default.</summary>
    public IReadOnlyList<int> Dilations { get; init; } = [];

    /// <summary>Extra length at the end of each axis of a transposed convolution; 0 by default.</summary>
    public IReadOnlyList<int> OutputPadding { get; init; } = [];

    /// <summary>Independent groups of channels.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The window over the given kernel sizes.</summary>
    /// <exception cref="QuantizationException">A list has neither 0, nor 1, nor one entry for each axis, or an entry is out of bounds.</exception>
    internal ConvolutionWindow Window(ReadOnlySpan<int> kernel)
    {
        ImmutableArray<int> pads = All(Padding, kernel.Length, 0, 0, nameof(Padding));
        return new([.. kernel], All(Strides, kernel.Length, 1, 1, nameof(Strides)), All(Dilations, kernel.Length, 1, 1, nameof(Dilations)), pads, pads);
    }

    /// <summary>Sizes of the output.</summary>
    /// <exception cref="QuantizationException">The input is smaller than the window, or a transposed output vanishes.</exception>
    internal int[] OutputSize(ConvolutionWindow window, ReadOnlySpan<int> input, bool transposed)
    {
        ImmutableArray<int> extra = All(OutputPadding, window.Rank, 0, 0, nameof(OutputPadding));
        var output = new int[window.Rank];
        for (int axis = 0; axis < output.Length; axis++)
        {
            int reach = window.Dilations[axis] * (window.Kernel[axis] - 1), pads = window.PadsBegin[axis] + window.PadsEnd[axis];
            output[axis] = transposed
                ? (input[axis] - 1) * window.Strides[axis] - pads + reach + extra[axis] + 1
                : (input[axis] + pads - reach - 1 + window.Strides[axis]) / window.Strides[axis];
            if (input[axis] < 1 || output[axis] < 1 || (!transposed && input[axis] + pads <= reach))
            {
                throw new QuantizationException($"Spatial axis {axis} has {input[axis]} elements and padding {pads}; expected room for a window that reaches over {reach + 1}. Use larger inputs or more padding.");
            }
        }
        return output;
    }

    private static ImmutableArray<int> All(IReadOnlyList<int> given, int rank, int absent, int least, string name)
    {
        if (given.Count > 1 && given.Count != rank) { throw new QuantizationException($"{name} has {given.Count} entries; expected {rank}, one for each spatial axis, or one for all."); }
        foreach (int value in given)
        {
            if (value < least) { throw new QuantizationException($"{name} holds {value}; expected {least} or more."); }
        }
        return given.Count == rank ? [.. given] : [.. Enumerable.Repeat(given.Count == 0 ? absent : given[0], rank)];
    }
}
