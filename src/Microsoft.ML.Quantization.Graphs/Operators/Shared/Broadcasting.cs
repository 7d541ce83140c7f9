using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>NumPy's rule: shapes are aligned at their last axis, and an axis of size 1 (or a missing one) repeats.</summary>
internal static class Broadcasting
{
    /// <summary>The axes of the result.</summary>
    /// <exception cref="QuantizationException">Two sizes differ and neither is 1.</exception>
    public static ImmutableArray<Dimension> Combine(InferenceSite site, ImmutableArray<Dimension> left, ImmutableArray<Dimension> right)
    {
        int rank = Math.Max(left.Length, right.Length);
        var result = ImmutableArray.CreateBuilder<Dimension>(rank);
        for (int axis = 0; axis < rank; axis++)
        {
            Dimension one = At(left, axis), other = At(right, axis);
            if (!one.MayEqual(other) && one.Size != 1 && other.Size != 1)
            {
                throw site.Refuse($"shapes [{string.Join(", ", left)}] and [{string.Join(", ", right)}] differ on axis {axis - rank}; expected equal sizes, or 1 on one side");
            }
            result.Add(
                one == other ? one
                : one.Size == 1 ? other
                : other.Size == 1 ? one
                : one.Size is not null ? one
                : other.Size is not null ? other
                : Dimension.Unknown);
        }
        return result.MoveToImmutable();

        Dimension At(ImmutableArray<Dimension> dimensions, int axis)
        {
            int own = axis - (rank - dimensions.Length);
            return own < 0 ? 1 : dimensions[own];
        }
    }

    /// <summary>Elements between neighbours of <paramref name="operand"/> on each axis of <paramref name="result"/>; 0 where it repeats.</summary>
    public static int[] Strides(Shape operand, Shape result)
    {
        int[] own = operand.Strides();
        int[] strides = new int[result.Rank];
        for (int axis = 0; axis < operand.Rank; axis++)
        {
            strides[axis + result.Rank - operand.Rank] = operand[axis] == 1 ? 0 : own[axis];
        }
        return strides;
    }

    /// <summary>Whether <paramref name="operand"/> stretches to exactly <paramref name="target"/> (one-sided broadcasting).</summary>
    public static bool StretchesTo(ImmutableArray<Dimension> operand, ImmutableArray<Dimension> target)
    {
        if (operand.Length > target.Length) { return false; }
        for (int axis = 1; axis <= operand.Length; axis++)
        {
            if (operand[^axis].Size != 1 && !operand[^axis].MayEqual(target[^axis])) { return false; }
        }
        return true;
    }
}
