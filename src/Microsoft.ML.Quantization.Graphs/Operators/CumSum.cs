using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The sum of all elements up to each along the axis of input 1; without the element itself where <c>exclusive</c>, from the end where
/// <c>reverse</c>. ONNX CumSum, opset 11 to 22.
/// </summary>
internal sealed class CumSum : IOperator
{
    public OperatorSchema Schema { get; } = new("CumSum", 11, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Number(0).WithRank(site, 0, 1, int.MaxValue);
        if (site.Input(1, ElementType.Int64, ElementType.Int32) is var axis && Axes.Product(axis.Dimensions) is not { Size: null or 1 }) { throw site.Refuse($"its axis (input 1) is {axis}; expected one number"); }
        if (site.Constant(1) is not null) { site.Axis(site.Setting("axis", 1)!.Value[0], x.Rank); }
        return [x];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            Shape shape = call.InputShape(0);
            int axis = Indices.Resolve(call, Indices.Read(call, 1, 0), shape.Rank), size = shape[axis], inner = shape.Count(axis + 1, shape.Rank);
            bool exclusive = call.Attributes.Int("exclusive", 0) != 0, reverse = call.Attributes.Int("reverse", 0) != 0;
            ReadOnlySpan<T> x = call.Input<T>(0);
            Span<T> y = call.Output<T>(0);
            for (int line = 0; size > 0 && line < y.Length / size; line++)
            {
                int first = line / inner * size * inner + line % inner;
                T sum = T.Zero;
                for (int i = 0; i < size; i++)
                {
                    int at = first + (reverse ? size - 1 - i : i) * inner;
                    if (exclusive) { y[at] = sum; }
                    sum += x[at];
                    if (!exclusive) { y[at] = sum; }
                }
            }
        }
    }
}
