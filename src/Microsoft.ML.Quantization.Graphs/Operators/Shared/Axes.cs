using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Arithmetic on axes, sizes and dimensions.</summary>
internal static class Axes
{
    /// <summary>The axis counted from the front; it must be in range.</summary>
    public static int FromFront(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>The number of elements in axes <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public static int Count(this Shape shape, int from, int to)
    {
        int count = 1;
        for (int axis = from; axis < to; axis++) { count *= shape[axis]; }
        return count;
    }

    /// <summary>Elements between neighbours on each axis, row-major.</summary>
    public static int[] Strides(this Shape shape)
    {
        int[] strides = new int[shape.Rank];
        int stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /// <summary>The sizes of the spatial axes: all but the first two.</summary>
    public static ReadOnlySpan<int> Spatial(this Shape shape) => shape.Sizes.AsSpan()[2..];

    /// <summary>Whether two axes can turn out to have the same size.</summary>
    public static bool MayEqual(this Dimension left, Dimension right) => left.Size is not { } one || right.Size is not { } other || one == other;

    /// <summary>What is known when two axes must have the same size: the number, else the name.</summary>
    public static Dimension Merge(this Dimension left, Dimension right) =>
        left.Size is not null ? left : right.Size is not null ? right : left.Symbol is not null ? left : right;

    /// <summary>Whether two values have the same axes for certain: unknown sizes are never the same.</summary>
    public static bool HasAxesOf(this TensorFact left, TensorFact right) =>
        left.Dimensions.SequenceEqual(right.Dimensions) && left.Dimensions.All(dimension => dimension != Dimension.Unknown);

    /// <summary>The product of sizes; a name survives when all the others multiply to 1.</summary>
    /// <exception cref="QuantizationException">The known sizes multiply to more than a tensor can have.</exception>
    public static Dimension Product(IEnumerable<Dimension> dimensions)
    {
        long known = 1;
        Dimension? open = null;
        int unknown = 0;
        foreach (Dimension dimension in dimensions)
        {
            if (dimension.Size is { } size) { known = Math.Min(known * size, 1L + int.MaxValue); }
            else
            {
                open = dimension;
                unknown++;
            }
        }
        if (known > int.MaxValue) { throw new QuantizationException($"Axes [{string.Join(", ", dimensions)}] multiply to more than {int.MaxValue} elements; use smaller sizes."); }
        return unknown == 0 || known == 0 ? (int)known : unknown == 1 && known == 1 ? open!.Value : Dimension.Unknown;
    }

    /// <summary>The elements of an int64 or int32 tensor; null for other types.</summary>
    public static ImmutableArray<long>? Integers(Tensor tensor) => tensor.Type switch
    {
        ElementType.Int64 => [.. tensor.AsSpan<long>()],
        ElementType.Int32 => [.. tensor.AsSpan<int>().ToArray().Select(value => (long)value)],
        _ => null,
    };

    /// <summary>A list of integers at run time: the attribute, or else the elements of an int64 or int32 input; null when both are absent.</summary>
    public static ImmutableArray<long>? Setting(this StepCall call, string attribute, int index) => !call.HasInput(index)
        ? call.Attributes.Ints(attribute)
        : call.InputType(index) == ElementType.Int64
            ? [.. call.Input<long>(index)]
            : [.. call.Input<int>(index).ToArray().Select(value => (long)value)];
}
