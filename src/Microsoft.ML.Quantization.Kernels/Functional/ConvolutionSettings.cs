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

    /// <summary>Choose the padding so that the output is as large as the input, an odd one at the end (PyTorch <c>padding='same'</c>); needs stride 1.</summary>
    public bool Same { get; init; }

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
        int rank = kernel.Length;
        ImmutableArray<int> strides = PerAxis.Expand(nameof(Strides), Strides, PerAxis.Repeat(1, rank), 1);
        ImmutableArray<int> dilations = PerAxis.Expand(nameof(Dilations), Dilations, PerAxis.Repeat(1, rank), 1);
        ImmutableArray<int> pads = PerAxis.Expand(nameof(Padding), Padding, PerAxis.Repeat(0, rank), 0);
        if (!Same) { return new([.. kernel], strides, dilations, pads, pads); }
        if (Padding.Count > 0 || strides.Any(static stride => stride != 1))
        {
            throw new QuantizationException($"{nameof(Same)} was asked for with strides [{string.Join(", ", strides)}] and padding [{string.Join(", ", Padding)}]; expected stride 1 and no padding, which is chosen then.");
        }
        var total = new int[rank];
        for (int axis = 0; axis < rank; axis++) { total[axis] = checked((kernel[axis] - 1) * dilations[axis]); }
        return new([.. kernel], strides, dilations, [.. total.Select(static both => both / 2)], [.. total.Select(static both => both - both / 2)]);
    }

    /// <summary>Sizes of the output.</summary>
    /// <exception cref="QuantizationException">The input is smaller than the window, a transposed output vanishes, or a setting is of the other kind of convolution.</exception>
    internal int[] OutputSize(ConvolutionWindow window, ReadOnlySpan<int> input, bool transposed)
    {
        ImmutableArray<int> extra = PerAxis.Expand(nameof(OutputPadding), OutputPadding, PerAxis.Repeat(0, window.Rank), 0);
        if (transposed && Same) { throw new QuantizationException($"{nameof(Same)} was asked for in a transposed convolution; expected {nameof(Padding)}, which it cuts off."); }
        for (int axis = 0; axis < window.Rank; axis++)
        {
            int room = transposed ? Math.Max(window.Strides[axis], window.Dilations[axis]) : 1;
            if (extra[axis] >= room) { throw new QuantizationException($"{nameof(OutputPadding)} of spatial axis {axis} is {extra[axis]}; expected less than {room}: {(transposed ? "the larger of stride and dilation" : "only transposed convolutions have it")}."); }
        }
        return transposed ? WindowSizes.Scatter(window, input, extra) : WindowSizes.Gather(window, input);
    }
}
