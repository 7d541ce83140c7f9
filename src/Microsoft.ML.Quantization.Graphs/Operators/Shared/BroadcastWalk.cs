namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Where two broadcast operands are read for each element of a result.</summary>
internal static class BroadcastWalk
{
    /// <summary>The offsets in both operands of every element of the result, in row-major order.</summary>
    public static (int[] Left, int[] Right) Offsets(Shape left, Shape right, Shape result)
    {
        // A last axis of size 1 serves scalars too.
        int[] sizes = [.. result.Sizes, 1], strideA = [.. Broadcasting.Strides(left, result), 0], strideB = [.. Broadcasting.Strides(right, result), 0];
        int[] a = new int[result.Length], b = new int[result.Length];
        var walk = new StridedWalk(sizes, strideA, strideB, new int[sizes.Length]);
        for (int i = 0; i < a.Length; i++, walk.NextRow()) { (a[i], b[i]) = (walk.Left, walk.Right); }
        return (a, b);
    }

    /// <summary>The offset in one operand of every element of the result.</summary>
    public static int[] Offsets(Shape operand, Shape result) => Offsets(operand, operand, result).Left;
}
