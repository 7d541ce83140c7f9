using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The window of ConvTranspose: <c>kernel_shape, strides, dilations, pads, auto_pad, output_padding, output_shape</c>.
/// Sizes are those of <see cref="WindowSizes.Scatter(ConvolutionWindow, int, int, int)"/>. With output_shape (or SAME, which means in · stride) the same equation gives the padding instead: its smaller half stands at the
/// beginning for SAME_UPPER and at the end otherwise.
/// </summary>
internal sealed class TransposedWindowSettings
{
    private const int Largest = 1 << 20;
    private readonly ConvolutionWindow _stated;
    private readonly ImmutableArray<int> _outputPadding;
    private readonly ImmutableArray<int>? _outputShape;
    private readonly string _autoPad;

    /// <summary>Reads a node.</summary>
    /// <param name="node">A ConvTranspose.</param>
    /// <param name="kernel">Sizes of the weights' spatial axes.</param>
    /// <exception cref="QuantizationException">A setting has the wrong length or is out of bounds.</exception>
    public TransposedWindowSettings(Node node, ImmutableArray<int> kernel)
    {
        int rank = kernel.Length;
        ImmutableArray<int> stated = WindowAttributes.Sizes(node, "kernel_shape", rank, 1, Largest) ?? kernel;
        if (!stated.SequenceEqual(kernel))
        {
            throw new QuantizationException($"{node}: kernel_shape is [{string.Join(", ", stated)}], but the weights have a window of [{string.Join(", ", kernel)}]; expected the same.");
        }
        _autoPad = WindowAttributes.AutoPad(node);
        ImmutableArray<int> none = [.. new int[2 * rank]], pads = _autoPad == "NOTSET" ? WindowAttributes.Sizes(node, "pads", 2 * rank, 0, Largest) ?? none : none;
        _stated = new(kernel,
            WindowAttributes.Sizes(node, "strides", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)],
            WindowAttributes.Sizes(node, "dilations", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)],
            pads[..rank], pads[rank..]);
        _outputPadding = WindowAttributes.Sizes(node, "output_padding", rank, 0, Largest) ?? [.. new int[rank]];
        _outputShape = WindowAttributes.Sizes(node, "output_shape", rank, 1, int.MaxValue);
    }

    /// <summary>Whether the padding is only known together with the input's size.</summary>
    public bool NeedsSize => _outputShape is not null;

    /// <summary>The window with its padding for one input size.</summary>
    public ConvolutionWindow At(ReadOnlySpan<int> input)
    {
        int rank = _stated.Rank;
        if (_outputShape is null && !Same) { return _stated; }
        var begin = ImmutableArray.CreateBuilder<int>(rank);
        var end = ImmutableArray.CreateBuilder<int>(rank);
        for (int axis = 0; axis < rank; axis++)
        {
            long wanted = _outputShape?[axis] ?? (long)input[axis] * _stated.Strides[axis];
            int padding = (int)Math.Max(0, Unpadded(axis, input[axis]) - wanted);
            begin.Add(_autoPad == "SAME_UPPER" ? padding / 2 : padding - padding / 2);
            end.Add(padding - begin[axis]);
        }
        return _stated with { PadsBegin = begin.MoveToImmutable(), PadsEnd = end.MoveToImmutable() };
    }

    /// <summary>The window for any input size: SAME padding is kernel extent + output padding − stride, whatever the size.</summary>
    /// <exception cref="InvalidOperationException">The padding <see cref="NeedsSize">depends on the size</see>.</exception>
    public ConvolutionWindow AtAnySize() => NeedsSize ? throw new InvalidOperationException("The padding depends on the input's size.") : At(_stated.Kernel.AsSpan());

    /// <summary>The size of one output axis.</summary>
    /// <exception cref="QuantizationException">Nothing would be left of it.</exception>
    public Dimension Output(Node node, int axis, Dimension input)
    {
        if (_outputShape is { } stated) { return stated[axis]; }
        if (input.Size is not { } size) { return Same && _stated.Strides[axis] == 1 ? input : Dimension.Unknown; }
        long output = Same ? (long)size * _stated.Strides[axis] : WindowSizes.Scatter(_stated, axis, size, _outputPadding[axis]);
        return output is >= 0 and <= int.MaxValue
            ? (int)output
            : throw new QuantizationException($"{node}: spatial axis {axis} would have {output} elements; expected 0 or more. Check pads and output_padding.");
    }

    private bool Same => _autoPad is "SAME_UPPER" or "SAME_LOWER";

    /// <summary>The output's size before padding is cut off.</summary>
    private long Unpadded(int axis, int input) => WindowSizes.Scatter(_stated, axis, input, _outputPadding[axis]) + _stated.PadsBegin[axis] + _stated.PadsEnd[axis];
}
