namespace Microsoft.ML.Quantization;

/// <summary>Axes as callers give them: counted from the front, or from the end when negative.</summary>
internal static class Axes
{
    /// <summary>The axis counted from the front.</summary>
    /// <param name="axis">As given.</param>
    /// <param name="rank">Number of axes; a scalar counts as having one.</param>
    /// <param name="shape">For the message.</param>
    /// <exception cref="QuantizationException">There is no such axis.</exception>
    public static int Normalize(int axis, int rank, Shape shape)
    {
        int axes = Math.Max(rank, 1), at = axis < 0 ? axis + axes : axis;
        return at >= 0 && at < axes ? at : throw new QuantizationException($"Axis {axis} does not exist for shape {shape}; expected one from {-axes} to {axes - 1}.");
    }

    /// <summary>The axis of a tensor counted from the front.</summary>
    /// <exception cref="QuantizationException">There is no such axis, or the tensor is a scalar.</exception>
    public static int Of(QuantizedTensor tensor, int axis) => tensor.Rank > 0
        ? Normalize(axis, tensor.Rank, tensor.Shape)
        : throw new QuantizationException($"Axis {axis} was asked of a tensor of rank 0; expected a tensor with at least one axis. Unsqueeze it first.");

    /// <summary>Which axes of a tensor are meant; all of them when none is named.</summary>
    /// <exception cref="QuantizationException">There is no such axis, or one is named twice.</exception>
    public static bool[] Chosen(QuantizedTensor tensor, ReadOnlySpan<int> axes)
    {
        var chosen = new bool[tensor.Rank];
        if (axes.IsEmpty) { Array.Fill(chosen, true); }
        foreach (int axis in axes)
        {
            int at = Of(tensor, axis);
            if (chosen[at]) { throw new QuantizationException($"Axis {axis} is named twice in [{string.Join(", ", axes.ToArray())}]; expected each axis once."); }
            chosen[at] = true;
        }
        return chosen;
    }

    /// <summary>A size list in which one −1 stands for whatever is left.</summary>
    /// <exception cref="QuantizationException">The sizes do not have <paramref name="length"/> elements, or more than one is −1.</exception>
    public static Shape Infer(ReadOnlySpan<int> sizes, int length)
    {
        int open = sizes.IndexOf(-1);
        if (open >= 0)
        {
            long known = 1;
            for (int i = 0; i < sizes.Length; i++) { known *= i == open ? 1 : sizes[i]; }
            if (known <= 0 || length % known != 0) { throw Mismatch(sizes, length); }
            int[] whole = sizes.ToArray();
            whole[open] = (int)(length / known);
            sizes = whole;
        }
        foreach (int size in sizes)
        {
            if (size < 0) { throw Mismatch(sizes, length); }
        }
        var shape = new Shape(sizes);
        return shape.Length == length ? shape : throw Mismatch(sizes, length);
    }

    private static QuantizationException Mismatch(ReadOnlySpan<int> sizes, int length) =>
        new($"The sizes [{string.Join(", ", sizes.ToArray())}] do not describe {length} elements; expected sizes whose product is {length}, at most one of them -1.");
}
