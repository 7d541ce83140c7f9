using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y[…, j, …] = x[…, indices[…, j, …], …] along <c>axis</c>. ONNX GatherElements, opset 11 to 28, any element type.</summary>
internal sealed class GatherElements : IOperator
{
    public OperatorSchema Schema { get; } = new("GatherElements", 11, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue), indices = site.Input(1, ElementType.Int64, ElementType.Int32).WithRank(site, 1, x.Rank, x.Rank);
        site.Axis(site.Attributes.Int("axis", 0), x.Rank);
        return [new(x.Type, indices.Dimensions)];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0), to = call.OutputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis", 0), shape.Rank), size = call.InputType(0).SizeInBytes();
        int[] strides = shape.Strides(), index = new int[shape.Rank];
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int target = 0; target < to.Length; target++)
        {
            int source = Indices.Resolve(call, Indices.Read(call, 1, target), shape[axis]) * strides[axis];
            for (int k = 0; k < index.Length; k++) { source += k == axis ? 0 : index[k] * strides[k]; }
            if (source >= shape.Length) { throw new QuantizationException($"{call.Node}: its indices have shape {to}, more than input {shape} has; expected no larger size."); }
            x.Slice(source * size, size).CopyTo(y[(target * size)..]);
            for (int k = index.Length - 1; k >= 0 && ++index[k] == to[k]; k--) { index[k] = 0; }
        }
    }
}
