using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The window of ConvTranspose: <c>kernel_shape, strides, dilations, pads, auto_pad, output_padding, output_shape</c>.
/// <code>
/// out = stride · (in − 1) + outputPadding + ((kernel − 1) · dilation + 1) − padBegin − padEnd
/// </code>
/// With output_shape (or SAME, which means in · stride) the same equation gives the padding instead: its smaller half stands at the
/// beginning for SAME_UPPER and at the end otherwise.
/// </summary>
internal sealed class TransposedWindowSettings
{
    private const int Largest = 1 << 20;
    private readonly ImmutableArray<int> _kernel;
    private readonly ImmutableArray<int> _strides;
    private readonly ImmutableArray<int> _dilations;
    private readonly ImmutableArray<int> _pads;
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
        _kernel = kernel;
        _strides = WindowAttributes.Sizes(node, "strides", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)];
        _dilations = WindowAttributes.Sizes(node, "dilations", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)];
        _autoPad = WindowAttributes.AutoPad(node);
        _pads = _autoPad == "NOTSET" ? WindowAttributes.Sizes(node, "pads", 2 * rank, 0, Largest) ?? [.. new int[2 * rank]] : [.. new int[2 * rank]];
        _outputPadding = WindowAttributes.Sizes(node, "output_padding", rank, 0, Largest) ?? [.. new int[rank]];
        _outputShape = WindowAttributes.Sizes(node, "output_shape", rank, 1, int.MaxValue);
    }

    /// <summary>Whether the padding is only known together with the input's size.</summary>
    public bool NeedsSize => _outputShape is not null;

    /// <summary>The window with its padding for one input size.</summary>
    public ConvolutionWindow At(ReadOnlySpan<int> input)
    {
        int rank = _kernel.Length;
        if (_outputShape is null && !Same) { return new(_kernel, _strides, _dilations, _pads[..rank], _pads[rank..]); }
        var begin = ImmutableArray.CreateBuilder<int>(rank);
        var end = ImmutableArray.CreateBuilder<int>(rank);
        for (int axis = 0; axis < rank; axis++)
        {
            long wanted = _outputShape?[axis] ?? (long)input[axis] * _strides[axis];
            int padding = (int)Math.Max(0, Full(axis, input[axis]) - wanted);
            begin.Add(_autoPad == "SAME_UPPER" ? padding / 2 : padding - padding / 2);
            end.Add(padding - begin[axis]);
        }
        return new(_kernel, _strides, _dilations, begin.MoveToImmutable(), end.MoveToImmutable());
    }

    /// <summary>The window for any input size: SAME padding is kernel extent + output padding − stride, whatever the size.</summary>
    /// <exception cref="InvalidOperationException">The padding <see cref="NeedsSize">depends on the size</see>.</exception>
    public ConvolutionWindow AtAnySize() => NeedsSize ? throw new InvalidOperationException("The padding depends on the input's size.") : At(_kernel.AsSpan());

    /// <summary>The size of one output axis.</summary>
    /// <exception cref="QuantizationException">Nothing would be left of it.</exception>
    public Dimension Output(Node node, int axis, Dimension input)
    {
        if (_outputShape is { } stated) { return stated[axis]; }
        if (input.Size is not { } size) { return Same && _strides[axis] == 1 ? input : Dimension.Unknown; }
        long output = Same ? (long)size * _strides[axis] : Full(axis, size) - _pads[axis] - _pads[axis + _kernel.Length];
        return output is >= 0 and <= int.MaxValue
            ? (int)output
            : throw new QuantizationException($"{node}: spatial axis {axis} would have {output} elements; expected 0 or more. Check pads and output_padding.");
    }

    private bool Same => _autoPad is "SAME_UPPER" or "SAME_LOWER";

    /// <summary>The output's size before padding is cut off.</summary>
    private long Full(int axis, int input) => (long)_strides[axis] * (input - 1) + _outputPadding[axis] + (_kernel[axis] - 1L) * _dilations[axis] + 1;
}
