using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The sliding window of Conv and of the pools, as written in a node: <c>kernel_shape, strides, dilations, pads, auto_pad, ceil_mode</c>.
/// <code>
/// out = WindowSizes.Gather      (rounded up with ceil_mode)
/// SAME: out = ⌈in / stride⌉, padding split evenly, the odd one at the end (SAME_UPPER) or at the beginning (SAME_LOWER)
/// </code>
/// </summary>
internal sealed class WindowSettings
{
    private const int Largest = 1 << 20;
    private readonly ConvolutionWindow _stated;
    private readonly string _autoPad;
    private readonly bool _ceil;

    private WindowSettings(ImmutableArray<int> kernel, ImmutableArray<int> strides, ImmutableArray<int> dilations, ImmutableArray<int> pads, string autoPad, bool ceil)
    {
        _stated = new(kernel, strides, dilations, pads[..kernel.Length], pads[kernel.Length..]);
        (_autoPad, _ceil) = (autoPad, ceil);
    }

    /// <summary>Window sizes.</summary>
    public ImmutableArray<int> Kernel => _stated.Kernel;

    /// <summary>Steps between windows.</summary>
    public ImmutableArray<int> Strides => _stated.Strides;

    /// <summary>Whether the padding is chosen so that the output has ⌈input / stride⌉ elements.</summary>
    private bool Same => _autoPad is "SAME_UPPER" or "SAME_LOWER";

    /// <summary>Whether the padding is only known together with the input's size.</summary>
    public bool NeedsSize => Same && Strides.Any(stride => stride != 1);

    /// <summary>Reads a node.</summary>
    /// <param name="node">A Conv or a pool.</param>
    /// <param name="kernel">Sizes of the weights' spatial axes; null for a pool, which states kernel_shape.</param>
    /// <param name="rank">Number of spatial axes.</param>
    /// <exception cref="QuantizationException">A setting is missing, has the wrong length or is out of bounds.</exception>
    public static WindowSettings Read(Node node, ImmutableArray<int>? kernel, int rank)
    {
        ImmutableArray<int> stated = WindowAttributes.Sizes(node, "kernel_shape", rank, 1, Largest) ?? kernel ?? throw new QuantizationException($"{node}: attribute 'kernel_shape' is missing; it has no default.");
        if (kernel is { } actual && !actual.SequenceEqual(stated))
        {
            throw new QuantizationException($"{node}: kernel_shape is [{string.Join(", ", stated)}], but the weights have a window of [{string.Join(", ", actual)}]; expected the same.");
        }
        string autoPad = WindowAttributes.AutoPad(node);
        ImmutableArray<int> pads = autoPad == "NOTSET" ? WindowAttributes.Sizes(node, "pads", 2 * rank, 0, Largest) ?? [.. new int[2 * rank]] : [.. new int[2 * rank]];
        return new(stated,
            WindowAttributes.Sizes(node, "strides", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)],
            WindowAttributes.Sizes(node, "dilations", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)],
            pads, autoPad, node.Attributes.Int("ceil_mode", 0) != 0);
    }

    /// <summary>The window with its padding for one input size.</summary>
    public ConvolutionWindow At(ReadOnlySpan<int> input)
    {
        if (!Same) { return _stated; }
        var begin = ImmutableArray.CreateBuilder<int>(input.Length);
        var end = ImmutableArray.CreateBuilder<int>(input.Length);
        for (int axis = 0; axis < input.Length; axis++)
        {
            int missing = (int)Math.Max(0, (Ceiling(input[axis], Strides[axis]) - 1) * Strides[axis] + Extent(axis) - input[axis]);
            int less = missing / 2;
            begin.Add(_autoPad == "SAME_UPPER" ? less : missing - less);
            end.Add(_autoPad == "SAME_UPPER" ? missing - less : less);
        }
        return _stated with { PadsBegin = begin.MoveToImmutable(), PadsEnd = end.MoveToImmutable() };
    }

    /// <summary>The window for any input size.</summary>
    /// <exception cref="InvalidOperationException">The padding <see cref="NeedsSize">depends on the size</see>.</exception>
    public ConvolutionWindow AtAnySize() => NeedsSize ? throw new InvalidOperationException("The padding depends on the input's size.") : At(Kernel.AsSpan());

    /// <summary>The size of one output axis.</summary>
    /// <exception cref="QuantizationException">The window does not fit into the padded input.</exception>
    public Dimension Output(Node node, int axis, Dimension input)
    {
        long padding = (long)_stated.PadsBegin[axis] + _stated.PadsEnd[axis];
        if (input.Size is not { } size)
        {
            bool keeps = Strides[axis] == 1 && (Same || padding == Extent(axis) - 1);
            return keeps ? input : Dimension.Unknown;
        }
        if (Same) { return (int)Ceiling(size, Strides[axis]); }
        return WindowSizes.Gather(_stated, axis, size, _ceil)
            ?? throw new QuantizationException($"{node}: spatial axis {axis} has {size} elements and {padding} of padding; expected at least {Extent(axis)}, the extent of the window.");
    }

    /// <summary>Refuses padding that could leave a window of a pool without any element.</summary>
    public void RequireElements(Node node)
    {
        for (int axis = 0; axis < Kernel.Length; axis++)
        {
            if (_stated.PadsBegin[axis] >= Extent(axis) || _stated.PadsEnd[axis] >= Extent(axis))
            {
                throw new QuantizationException($"{node}: spatial axis {axis} is padded by {_stated.PadsBegin[axis]} and {_stated.PadsEnd[axis]}; expected less than {Extent(axis)}, the extent of the window.");
            }
        }
    }

    /// <summary>Elements from the first to the last tap.</summary>
    private long Extent(int axis) => WindowSizes.Extent(_stated, axis);

    private static long Ceiling(long value, long divisor) => (value + divisor - 1) / divisor;
}
