using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A product of matrices of codes as plain loops with 32-bit sums. Zero points of A are one or one for each row, those of B one or one for each column.</summary>
internal static class IntegerMatrixProduct
{
    /// <summary>The sums in the order of the output; <paramref name="visit"/> gets each with its row and column.</summary>
    public static void Run(StepCall call, int inputB, int zeroA, int zeroB, Action<int, int, int, int> visit)
    {
        Shape left = call.InputShape(0), right = call.InputShape(inputB);
        int rows = left.Rank > 1 ? left[left.Rank - 2] : 1, columns = right.Rank > 1 ? right[right.Rank - 1] : 1, depth = left[left.Rank - 1];
        var a = new Shape(left.Rank > 2 ? left.Sizes.AsSpan()[..^2] : []);
        var b = new Shape(right.Rank > 2 ? right.Sizes.AsSpan()[..^2] : []);
        var batch = new Shape(call.OutputShape(0).Sizes.AsSpan()[..Math.Max(a.Rank, b.Rank)]);
        (int[] atA, int[] atB) = BroadcastWalk.Offsets(a, b, batch);
        int[] x = CodeReading.Codes(call, 0), w = CodeReading.Codes(call, inputB);
        for (int i = 0; i < batch.Length * rows * columns; i++)
        {
            int stack = i / columns / rows, row = i / columns % rows, column = i % columns, sum = 0;
            int zeroOfRow = CodeReading.ZeroPoint(call, zeroA, row), zeroOfColumn = CodeReading.ZeroPoint(call, zeroB, column);
            for (int k = 0; k < depth; k++)
            {
                sum = unchecked(sum + (x[(atA[stack] * rows + row) * depth + k] - zeroOfRow) * (w[(atB[stack] * depth + k) * columns + column] - zeroOfColumn));
            }
            visit(i, sum, row, column);
        }
    }

    /// <summary>Refuses zero points that are neither one nor one for each row or column.</summary>
    public static void CheckZeroPoints(InferenceSite site, int index, ElementType type, Dimension count, string each)
    {
        TensorFact fact = site.Input(index, type).WithRank(site, index, 0, 1);
        if (fact.Rank == 1 && !fact.Dimensions[0].MayEqual(1) && !fact.Dimensions[0].MayEqual(count)) { throw site.Refuse($"its zero points (input {index}) are {fact}; expected one, or one for each {each}, {count}"); }
    }

    /// <summary>The axes of the result, by the rules of MatMul.</summary>
    public static ImmutableArray<Dimension> Infer(InferenceSite site, TensorFact a, TensorFact b)
    {
        Dimension depth = a.Dimensions[^1], other = b.Dimensions[b.Rank == 1 ? 0 : ^2];
        if (!depth.MayEqual(other)) { throw site.Refuse($"A is {a} and B {b}; expected as many columns as rows"); }
        ImmutableArray<Dimension> axes = Broadcasting.Combine(site, a.Rank > 2 ? a.Dimensions[..^2] : [], b.Rank > 2 ? b.Dimensions[..^2] : []);
        if (a.Rank > 1) { axes = axes.Add(a.Dimensions[^2]); }
        return b.Rank > 1 ? axes.Add(b.Dimensions[^1]) : axes;
    }
}
