using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Where the elements of a view lie in its storage: element <c>[i, j, …]</c> is number <c>Offset + i · Strides[0] + j · Strides[1] + …</c>.
/// </summary>
internal readonly struct StridedLayout
{
    /// <summary>A layout from its parts; strides may be 0 (an expanded axis) but not negative, as in PyTorch.</summary>
    /// <exception cref="QuantizationException">The counts differ, or a stride or the offset is negative.</exception>
    public StridedLayout(Shape shape, ImmutableArray<int> strides, int offset)
    {
        if (strides.Length != shape.Rank) { throw new QuantizationException($"Found {strides.Length} strides for shape {shape}; expected {shape.Rank}, one for each axis."); }
        foreach (int stride in strides)
        {
            if (stride < 0) { throw new QuantizationException($"A stride is {stride}; expected 0 or more. Use Flip to reverse an axis."); }
        }
        if (offset < 0) { throw new QuantizationException($"The storage offset is {offset}; expected 0 or more."); }
        (Shape, Strides, Offset) = (shape, strides, offset);
    }

    /// <summary>Axis sizes.</summary>
    public Shape Shape { get; }

    /// <summary>Elements between neighbours along each axis.</summary>
    public ImmutableArray<int> Strides { get; }

    /// <summary>The first element.</summary>
    public int Offset { get; }

    /// <summary>The dense row-major layout from the start of a storage.</summary>
    public static StridedLayout Contiguous(Shape shape, int offset = 0) => new(shape, ContiguousStrides(shape), offset);

    /// <summary>The strides of a dense row-major tensor.</summary>
    public static ImmutableArray<int> ContiguousStrides(Shape shape)
    {
        var strides = new int[shape.Rank];
        long stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            // Only a tensor without elements can exceed an int here, and its strides are never used.
            strides[axis] = (int)Math.Min(stride, int.MaxValue);
            stride = Math.Min(stride * Math.Max(shape[axis], 1), int.MaxValue);
        }
        return ImmutableArray.Create(strides);
    }

    /// <summary>Whether the elements lie next to each other in row-major order; strides of axes of size 1 do not matter.</summary>
    public bool IsContiguous
    {
        get
        {
            if (Shape.Length == 0) { return true; }
            int expected = 1;
            for (int axis = Shape.Rank - 1; axis >= 0; axis--)
            {
                if (Shape[axis] == 1) { continue; }
                if (Strides[axis] != expected) { return false; }
                expected *= Shape[axis];
            }
            return true;
        }
    }

    /// <summary>How many elements the storage needs: one more than the number of the last element, 0 for an empty shape.</summary>
    public long Extent
    {
        get
        {
            if (Shape.Length == 0) { return 0; }
            long last = Offset;
            for (int axis = 0; axis < Shape.Rank; axis++) { last += (Shape[axis] - 1L) * Strides[axis]; }
            return last + 1;
        }
    }

    /// <summary>The element numbers in row-major order of the shape.</summary>
    public StridedWalk GetEnumerator() => new(this);

    /// <summary>The element numbers in row-major order of the shape, as an array.</summary>
    public int[] ToArray()
    {
        var numbers = new int[Shape.Length];
        int i = 0;
        foreach (int number in this) { numbers[i++] = number; }
        return numbers;
    }
}
