using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>The sizes of a tensor's axes, outermost first (row-major). A scalar has rank 0 and one element.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly ImmutableArray<int> _sizes;

    /// <summary>A shape from its axis sizes.</summary>
    /// <exception cref="QuantizationException">A size is negative, or the element count exceeds <see cref="int.MaxValue"/>.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        long length = 1;
        foreach (int size in sizes)
        {
            if (size < 0) { throw new QuantizationException($"A tensor axis has size {size}; expected 0 or more."); }
            length = Math.Min(length * size, long.MaxValue / int.MaxValue);
        }
        if (length > int.MaxValue)
        {
            throw new QuantizationException($"Shape [{string.Join(", ", sizes.ToArray())}] has more than {int.MaxValue} elements; use smaller batches.");
        }
        _sizes = [.. sizes];
        Length = (int)length;
    }

    /// <summary>The shape of a single number.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>Axis sizes, outermost first.</summary>
    public ImmutableArray<int> Sizes => _sizes.IsDefault ? [] : _sizes;

    /// <summary>Number of axes.</summary>
    public int Rank => Sizes.Length;

    /// <summary>Number of elements: the product of the sizes, 1 for a scalar.</summary>
    public int Length => field == 0 && _sizes.IsDefault ? 1 : field;

    /// <summary>Size of one axis.</summary>
    public int this[int axis] => Sizes[axis];

    /// <summary>The shape both stretch to: aligned at their last axis, an axis of size 1 (or a missing one) repeats.</summary>
    /// <exception cref="QuantizationException">Two sizes differ and neither is 1.</exception>
    public static Shape Broadcast(Shape left, Shape right)
    {
        var sizes = new int[Math.Max(left.Rank, right.Rank)];
        for (int axis = 1; axis <= sizes.Length; axis++)
        {
            int one = axis <= left.Rank ? left[left.Rank - axis] : 1, other = axis <= right.Rank ? right[right.Rank - axis] : 1;
            if (one != other && one != 1 && other != 1) { throw new QuantizationException($"Shapes {left} and {right} differ on axis {-axis}; expected equal sizes, or 1 on one side."); }
            sizes[^axis] = one == 1 ? other : one;
        }
        return new(sizes);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Sizes.AsSpan().SequenceEqual(other.Sizes.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int size in Sizes) { hash.Add(size); }
        return hash.ToHashCode();
    }

    /// <summary>As <c>[2, 3]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Sizes)}]";

    /// <summary>Equality of all sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Inequality of any size.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);
}
