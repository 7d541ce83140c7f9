using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>Shapes that stretch to each other: aligned at the last axis, sizes equal or 1.</summary>
internal static class Broadcasting
{
    /// <summary>The shape both stretch to.</summary>
    /// <exception cref="QuantizationException">Two sizes differ and neither is 1.</exception>
    public static Shape Common(Shape left, Shape right)
    {
        int rank = Math.Max(left.Rank, right.Rank);
        var sizes = new int[rank];
        for (int back = 1; back <= rank; back++)
        {
            int a = back <= left.Rank ? left[left.Rank - back] : 1, b = back <= right.Rank ? right[right.Rank - back] : 1;
            sizes[^back] = a == b || b == 1 ? a : a == 1 ? b : throw new QuantizationException($"Shapes {left} and {right} cannot be combined: expected sizes that are equal or 1, counted from the last axis.");
        }
        return new Shape(sizes);
    }

    /// <summary>The layout stretched to <paramref name="shape"/>: stretched and new axes get stride 0.</summary>
    /// <exception cref="QuantizationException">The layout does not stretch to the shape.</exception>
    public static StridedLayout Stretch(StridedLayout layout, Shape shape)
    {
        var strides = new int[shape.Rank];
        int added = shape.Rank - layout.Shape.Rank;
        for (int axis = 0; axis < layout.Shape.Rank; axis++)
        {
            int size = layout.Shape[axis];
            if (added < 0 || size != 1 && size != shape[axis + added])
            {
                throw new QuantizationException($"A tensor of shape {layout.Shape} does not stretch to {shape}; expected sizes that are equal, or 1 where it stretches, counted from the last axis.");
            }
            strides[axis + added] = size == shape[axis + added] ? layout.Strides[axis] : 0;
        }
        return new(shape, ImmutableArray.Create(strides), layout.Offset);
    }
}
