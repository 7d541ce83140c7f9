using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Sums and products of all elements up to each along the axis of input 1.</summary>
internal static class Running
{
    /// <summary>The input's fact.</summary>
    public static ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Number(0).WithRank(site, 0, 1, int.MaxValue);
        if (site.Input(1, ElementType.Int64, ElementType.Int32) is var axis && Axes.Product(axis.Dimensions) is not { Size: null or 1 }) { throw site.Refuse($"its axis (input 1) is {axis}; expected one number"); }
        if (site.Constant(1) is not null) { site.Axis(site.Setting("axis", 1)!.Value[0], x.Rank); }
        return [x];
    }

    /// <summary>Combines each line in order, from its end where <c>reverse</c>; without the element itself where <c>exclusive</c>.</summary>
    public static void Run<T>(StepCall call, T start, Func<T, T, T> combine) where T : unmanaged, INumber<T>
    {
        Shape shape = call.InputShape(0);
        int axis = Indices.Resolve(call, Indices.Read(call, 1, 0), shape.Rank), size = shape[axis], inner = shape.Count(axis + 1, shape.Rank);
        bool exclusive = call.Attributes.Int("exclusive", 0) != 0, reverse = call.Attributes.Int("reverse", 0) != 0;
        ReadOnlySpan<T> x = call.Input<T>(0);
        Span<T> y = call.Output<T>(0);
        for (int line = 0; size > 0 && line < y.Length / size; line++)
        {
            int first = line / inner * size * inner + line % inner;
            T total = start;
            for (int i = 0; i < size; i++)
            {
                int at = first + (reverse ? size - 1 - i : i) * inner;
                if (exclusive) { y[at] = total; }
                total = combine(total, x[at]);
                if (!exclusive) { y[at] = total; }
            }
        }
    }
}
