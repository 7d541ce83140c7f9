using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>Layouts that stretch to the shape of <see cref="Shape.Broadcast"/>.</summary>
internal static class Broadcasting
{
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
