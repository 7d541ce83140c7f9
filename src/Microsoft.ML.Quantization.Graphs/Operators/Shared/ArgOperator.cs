using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The place of the best element along one axis: the first of equals, or the last with <c>select_last_index</c>.</summary>
internal abstract class ArgOperator(OperatorSchema schema, bool largest) : IOperator
{
    public OperatorSchema Schema => schema;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Number(0).WithRank(site, 0, 1, int.MaxValue);
        int axis = site.Axis(site.Attributes.Int("axis", 0), x.Rank);
        if (x.Dimensions[axis].Size == 0) { throw site.Refuse($"axis {axis} of {x} has no element; expected at least one"); }
        bool keeps = site.Attributes.Int("keepdims", 1) != 0;
        return [new(ElementType.Int64, keeps ? x.Dimensions.SetItem(axis, 1) : x.Dimensions.RemoveAt(axis))];
    }

    public void Forward(StepCall call) => NumberTypes.Run(new Loop(largest), call.InputType(0), call);

    private readonly record struct Loop(bool Largest) : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            Shape shape = call.InputShape(0);
            int axis = Axes.FromFront(call.Attributes.Int("axis", 0), shape.Rank), size = shape[axis], inner = shape.Count(axis + 1, shape.Rank);
            bool last = call.Attributes.Int("select_last_index", 0) != 0;
            ReadOnlySpan<T> x = call.Input<T>(0);
            Span<long> y = call.Output<long>(0);
            for (int target = 0; target < y.Length; target++)
            {
                int first = target / inner * size * inner + target % inner, best = 0;
                for (int i = 1; i < size; i++)
                {
                    T one = x[first + i * inner], other = x[first + best * inner];
                    if (one == other ? last : Largest ? one > other : one < other) { best = i; }
                }
                y[target] = best;
            }
        }
    }
}
