namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>PyTorch's rule: shapes are aligned at their last axis, and an axis of size 1 (or a missing one) repeats.</summary>
internal static class Broadcast
{
    /// <summary>The shape of the result.</summary>
    /// <exception cref="QuantizationException">Two sizes differ and neither is 1.</exception>
    public static Shape Shape(Shape a, Shape b)
    {
        var sizes = new int[Math.Max(a.Rank, b.Rank)];
        for (int axis = 1; axis <= sizes.Length; axis++)
        {
            int one = axis <= a.Rank ? a[a.Rank - axis] : 1, other = axis <= b.Rank ? b[b.Rank - axis] : 1;
            if (one != other && one != 1 && other != 1) { throw new QuantizationException($"Shapes {a} and {b} differ on axis {-axis}; expected equal sizes, or 1 on one side."); }
            sizes[^axis] = one == 1 ? other : one;
        }
        return new(sizes);
    }

    /// <summary>The codes of an operand, repeated to the shape of the result.</summary>
    public static ReadOnlySpan<byte> Bytes(QuantizedTensor operand, Shape result) =>
        ByteTensors.Read(operand.Shape == result ? operand : operand.Expand(result.Sizes.AsSpan()));
}
