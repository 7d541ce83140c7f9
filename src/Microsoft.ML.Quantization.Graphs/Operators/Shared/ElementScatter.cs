using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>What ScatterElements and its older form share.</summary>
internal static class ElementScatter
{
    /// <summary>The fact of the result: that of the data.</summary>
    public static ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue), indices = site.Input(1, ElementType.Int64, ElementType.Int32).WithRank(site, 1, x.Rank, x.Rank);
        site.Axis(site.Attributes.Int("axis", 0), x.Rank);
        Scattering.Check(site, x);
        TensorFact updates = site.Input(2);
        bool fits = updates.Rank == indices.Rank && updates.Dimensions.Zip(indices.Dimensions).All(pair => pair.First.MayEqual(pair.Second));
        return fits ? [x] : throw site.Refuse($"its indices are {indices} and its updates {updates}; expected the same sizes");
    }

    /// <summary>Visits every update.</summary>
    public static void Visit(StepCall call, Scattering.Write write)
    {
        Shape shape = call.InputShape(0), from = call.InputShape(1);
        int axis = Axes.FromFront(call.Attributes.Int("axis", 0), shape.Rank);
        int[] strides = shape.Strides(), index = new int[shape.Rank];
        for (int update = 0; update < from.Length; update++)
        {
            int target = Indices.Resolve(call, Indices.Read(call, 1, update), shape[axis]) * strides[axis];
            for (int k = 0; k < index.Length; k++)
            {
                if (k != axis) { target += Indices.Resolve(call, index[k], shape[k]) * strides[k]; }
            }
            write(target, update, 1);
            for (int k = index.Length - 1; k >= 0 && ++index[k] == from[k]; k--) { index[k] = 0; }
        }
    }
}
