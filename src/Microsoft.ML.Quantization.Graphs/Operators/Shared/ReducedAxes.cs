using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Which axes a reduction works on, and the order in which it visits the elements.</summary>
internal static class ReducedAxes
{
    /// <summary>The axes of a reduction's result; of unknown size where its axes are computed while the model runs.</summary>
    public static ImmutableArray<Dimension> Infer(InferenceSite site, TensorFact x)
    {
        bool keeps = site.Attributes.Int("keepdims", 1) != 0;
        if (site.IsOpen(1))
        {
            if (keeps) { return x.Opened().Dimensions; }
            int axes = site.Count(1, "axes"), reducedCount = axes > 0 ? axes : site.Attributes.Int("noop_with_empty_axes", 0) != 0 ? 0 : x.Rank;
            return [.. Enumerable.Repeat(Dimension.Unknown, Math.Max(0, x.Rank - reducedCount))];
        }
        bool[] reduced = Flags(site.Setting("axes", 1) is { } stated ? [.. site.AxisList(stated, x.Rank)] : null, site.Node, x.Rank);
        return [.. x.Dimensions.Select((dimension, axis) => reduced[axis] ? 1 : dimension).Where((_, axis) => keeps || !reduced[axis])];
    }

    /// <summary>The offset of every input element, those of one result next to each other, and how many make one result.</summary>
    public static (int[] Offsets, int Length) Groups(StepCall call)
    {
        Shape shape = call.InputShape(0);
        bool[] reduced = Flags(call);
        int[] order = [.. Enumerable.Range(0, shape.Rank).OrderBy(axis => reduced[axis])], strides = shape.Strides();
        int length = 1;
        for (int axis = 0; axis < reduced.Length; axis++) { length *= reduced[axis] ? shape[axis] : 1; }
        int[] offsets = new int[shape.Length], index = new int[shape.Rank];
        // Kept axes outside, reduced axes inside, each in row-major order.
        for (int i = 0; i < offsets.Length; i++)
        {
            for (int axis = 0; axis < index.Length; axis++) { offsets[i] += index[axis] * strides[axis]; }
            for (int k = order.Length - 1; k >= 0; k--)
            {
                if (++index[order[k]] < shape[order[k]]) { break; }
                index[order[k]] = 0;
            }
        }
        return (offsets, length);
    }

    /// <summary>
    /// The input as [outer, length, inner] where the reduced axes stand next to each other (axes of size 1 aside), so that elements of one
    /// result lie <c>inner</c> apart; otherwise null.
    /// </summary>
    public static (int Outer, int Length, int Inner)? Block(StepCall call)
    {
        Shape shape = call.InputShape(0);
        bool[] reduced = Flags(call);
        (int outer, int length, int inner) = (1, 1, 1);
        bool begun = false;
        for (int axis = 0; axis < reduced.Length; axis++)
        {
            if (shape[axis] == 1) { continue; }
            if (reduced[axis] && inner > 1) { return null; }
            if (reduced[axis]) { (length, begun) = (length * shape[axis], true); }
            else if (begun) { inner *= shape[axis]; }
            else { outer *= shape[axis]; }
        }
        return outer * length * inner > 0 ? (outer, length, inner) : null;
    }

    private static bool[] Flags(StepCall call)
    {
        int rank = call.InputShape(0).Rank;
        return Flags(call.Setting("axes", 1)?.Select(axis => Axes.FromFront(axis, rank)).ToArray(), call.Node, rank);
    }

    private static bool[] Flags(int[]? axes, Node node, int rank)
    {
        var reduced = new bool[rank];
        if (axes is null || axes.Length == 0) { Array.Fill(reduced, node.Attributes.Int("noop_with_empty_axes", 0) == 0); }
        else { foreach (int axis in axes) { reduced[axis] = true; } }
        return reduced;
    }
}
