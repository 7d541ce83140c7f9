using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Moves elements of plain tensors, whatever their type; nothing is computed.</summary>
internal static class TensorMoves
{
    /// <summary>An axis counted from the first; negative ones count from the last.</summary>
    public static int Axis(int axis, int rank) => axis >= -rank && axis < rank
        ? axis < 0 ? axis + rank : axis
        : throw new QuantizationException($"Found axis {axis} of a value with {rank} axes; expected {-rank} to {rank - 1}.");

    /// <summary>The axes of a permutation, none negative.</summary>
    public static ImmutableArray<int> Permutation(ReadOnlySpan<int> axes, int rank)
    {
        var order = ImmutableArray.CreateBuilder<int>(rank);
        foreach (int axis in axes) { order.Add(Axis(axis, rank)); }
        return order.Count == rank && order.Distinct().Count() == rank
            ? order.ToImmutable()
            : throw new QuantizationException($"Found the axes [{string.Join(", ", axes.ToArray())}]; expected each of the {rank} axes once.");
    }

    /// <summary>Sizes with the one that is −1 worked out.</summary>
    public static Shape Fit(Shape shape, ReadOnlySpan<int> sizes)
    {
        int[] fitted = sizes.ToArray();
        int open = Array.IndexOf(fitted, -1);
        if (open >= 0)
        {
            long rest = 1;
            for (int axis = 0; axis < fitted.Length; axis++) { rest *= axis == open ? 1 : fitted[axis]; }
            fitted[open] = rest > 0 && shape.Length % rest == 0 ? (int)(shape.Length / rest) : -1;
        }
        return Array.TrueForAll(fitted, size => size >= 0) && new Shape(fitted).Length == shape.Length
            ? new Shape(fitted)
            : throw new QuantizationException($"Shape {shape} cannot become [{string.Join(", ", sizes.ToArray())}]; expected as many elements, and at most one −1.");
    }

    /// <summary>The axes in another order.</summary>
    public static Tensor Permute(Tensor tensor, ImmutableArray<int> axes)
    {
        int size = tensor.Type.SizeInBytes(), rank = axes.Length;
        int[] strides = new int[rank], index = new int[rank];
        for (int axis = rank - 1, stride = 1; axis >= 0; stride *= tensor.Shape[axis--]) { strides[axis] = stride; }
        var result = new Tensor(tensor.Type, new Shape([.. axes.Select(axis => tensor.Shape[axis])]));
        for (int i = 0; i < result.Length; i++)
        {
            int from = 0;
            for (int axis = 0; axis < rank; axis++) { from += index[axis] * strides[axes[axis]]; }
            tensor.Bytes.Slice(from * size, size).CopyTo(result.Bytes[(i * size)..]);
            for (int axis = rank - 1; axis >= 0 && ++index[axis] == result.Shape[axis]; axis--) { index[axis] = 0; }
        }
        return result;
    }

    /// <summary>A part of one axis.</summary>
    public static Tensor Narrow(Tensor tensor, int axis, int start, int length)
    {
        int size = tensor.Shape[axis];
        if (start < 0 || length < 0 || start > size - length) { throw new QuantizationException($"Found a part of {length} from {start} on axis {axis} of shape {tensor.Shape}; expected it inside of the {size}."); }
        var result = new Tensor(tensor.Type, new Shape([.. tensor.Shape.Sizes.SetItem(axis, length)]));
        (int outer, int inner) = Around(tensor, axis);
        for (int i = 0; i < outer; i++) { tensor.Bytes.Slice((i * size + start) * inner, length * inner).CopyTo(result.Bytes[(i * length * inner)..]); }
        return result;
    }

    /// <summary>Tensors behind each other along an axis.</summary>
    public static Tensor Cat(ImmutableArray<Tensor> tensors, int axis)
    {
        Tensor first = tensors[0];
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Type != first.Type || tensor.Shape.Rank != first.Shape.Rank || !tensor.Shape.Sizes.SetItem(axis, 0).SequenceEqual(first.Shape.Sizes.SetItem(axis, 0)))
            {
                throw new QuantizationException($"{first} and {tensor} cannot be joined along axis {axis}; expected equal types, and sizes that differ there only.");
            }
        }
        int total = tensors.Sum(tensor => tensor.Shape[axis]), at = 0;
        var result = new Tensor(first.Type, new Shape([.. first.Shape.Sizes.SetItem(axis, total)]));
        foreach (Tensor tensor in tensors)
        {
            (int outer, int inner) = Around(tensor, axis);
            int length = tensor.Shape[axis];
            for (int i = 0; i < outer; i++) { tensor.Bytes.Slice(i * length * inner, length * inner).CopyTo(result.Bytes[((i * total + at) * inner)..]); }
            at += length;
        }
        return result;
    }

    // Blocks before the axis, and bytes behind it.
    private static (int Outer, int Inner) Around(Tensor tensor, int axis)
    {
        (int outer, int inner) = (1, tensor.Type.SizeInBytes());
        for (int i = 0; i < tensor.Shape.Rank; i++)
        {
            if (i < axis) { outer *= tensor.Shape[i]; }
            if (i > axis) { inner *= tensor.Shape[i]; }
        }
        return (outer, inner);
    }
}
