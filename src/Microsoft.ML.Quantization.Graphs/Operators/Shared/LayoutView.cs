namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Where the axes of a tensor lie in its buffer, so that one loop serves both layouts. Shapes and axes are in ONNX's order; channels-last buffers hold batch, spatial axes,
/// channels. Tensors of rank 2 or less are the same in both.
/// </summary>
internal static class LayoutView
{
    /// <summary>Whether the channels of such a tensor lie last.</summary>
    public static bool Turns(Shape shape, BufferLayout layout) => layout == BufferLayout.ChannelsLast && shape.Rank >= 3;

    /// <summary>Elements from one index of each axis to the next.</summary>
    public static int[] Strides(Shape shape, BufferLayout layout)
    {
        int[] strides = shape.Strides();
        if (!Turns(shape, layout)) { return strides; }
        for (int axis = 2; axis < strides.Length; axis++) { strides[axis] *= shape[1]; }
        strides[1] = 1;
        return strides;
    }

    /// <summary>Where an axis lies in memory, counted from the outermost.</summary>
    public static int Place(int axis, Shape shape, BufferLayout layout) => !Turns(shape, layout) || axis == 0 ? axis : axis == 1 ? shape.Rank - 1 : axis - 1;

    /// <summary>What is stated for each axis, in the order in which the axes lie in memory.</summary>
    public static T[] InMemory<T>(ReadOnlySpan<T> values, BufferLayout layout) => layout == BufferLayout.ChannelsLast && values.Length >= 3 ? [values[0], .. values[2..], values[1]] : [.. values];

    /// <summary>The sizes in the order in which the axes lie in memory.</summary>
    public static Shape InMemory(Shape shape, BufferLayout layout) => Turns(shape, layout) ? new(InMemory<int>(shape.Sizes.AsSpan(), layout)) : shape;

    /// <summary>Blocks of an axis: how often its elements begin anew.</summary>
    public static int Outer(Shape shape, int axis, BufferLayout layout) => !Turns(shape, layout) ? shape.Count(0, axis)
        : axis switch { 0 => 1, 1 => shape[0] * shape.Count(2, shape.Rank), _ => shape[0] * shape.Count(2, axis) };

    /// <summary>Elements that belong to one index of an axis.</summary>
    public static int Inner(Shape shape, int axis, BufferLayout layout) => !Turns(shape, layout) || axis == 0 ? shape.Count(axis + 1, shape.Rank)
        : axis == 1 ? 1 : shape.Count(axis + 1, shape.Rank) * shape[1];
}
