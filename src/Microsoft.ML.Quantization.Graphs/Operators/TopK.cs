using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The k largest (or smallest) elements along <c>axis</c> and their places, best first; of equals the one in front. ONNX TopK, opset 10 to
/// 22; older models are brought to this form on import.
/// </summary>
internal sealed class TopK : IOperator
{
    public OperatorSchema Schema { get; } = new("TopK", 10, 2, 2, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Number(0).WithRank(site, 0, 1, int.MaxValue);
        int axis = site.Axis(site.Attributes.Int("axis", -1), x.Rank);
        Dimension size = Dimension.Unknown;
        if (!site.IsOpen(1))
        {
            ImmutableArray<long> k = site.Setting("k", 1)!.Value;
            if (k.Length != 1 || k[0] < 0 || k[0] > (x.Dimensions[axis].Size ?? int.MaxValue)) { throw site.Refuse($"k is [{string.Join(", ", k)}]; expected one number from 0 to {x.Dimensions[axis]}"); }
            size = (int)k[0];
        }
        return [x with { Dimensions = x.Dimensions.SetItem(axis, size) }, new(ElementType.Int64, x.Dimensions.SetItem(axis, size))];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            bool wantsValues = call.Node.Outputs[0].Length > 0, wantsPlaces = call.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0;
            Shape shape = call.InputShape(0);
            int axis = Axes.FromFront(call.Attributes.Int("axis", -1), shape.Rank), size = shape[axis], inner = shape.Count(axis + 1, shape.Rank);
            int k = call.OutputShape(wantsValues ? 0 : 1)[axis], direction = call.Attributes.Int("largest", 1) != 0 ? -1 : 1;
            var line = new T[size];
            int[] order = new int[size];
            for (int i = 0; size > 0 && i < shape.Length / size; i++)
            {
                int outer = i / inner, column = i % inner;
                for (int j = 0; j < size; j++) { (line[j], order[j]) = (call.Input<T>(0)[(outer * size + j) * inner + column], j); }
                Array.Sort(order, (a, b) => line[a].CompareTo(line[b]) is var way && way != 0 ? way * direction : a - b);
                for (int j = 0; j < k; j++)
                {
                    int at = (outer * k + j) * inner + column;
                    if (wantsValues) { call.Output<T>(0)[at] = line[order[j]]; }
                    if (wantsPlaces) { call.Output<long>(1)[at] = order[j]; }
                }
            }
        }
    }
}
