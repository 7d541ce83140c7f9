using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sizes of the input's axes as int64, from axis <c>start</c> up to <c>end</c>. ONNX Shape, opset 9 to 28.</summary>
internal sealed class ShapeOf : IShapeOperator
{
    public OperatorSchema Schema { get; } = new("Shape", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        (int start, int end) = Range(site.Attributes, site.Input(0).Rank);
        return [new(ElementType.Int64, new Shape(Math.Max(0, end - start)))];
    }

    public void Forward(StepCall call) => Value(call.Node, call.InputShape(0)).Bytes.CopyTo(call.Output<byte>(0));

    public Tensor Value(Node node, Shape input)
    {
        (int start, int end) = Range(node.Attributes, input.Rank);
        return Tensor.Create([.. input.Sizes.Skip(start).Take(end - start).Select(size => (long)size)]);
    }

    private static (int Start, int End) Range(NodeAttributes attributes, int rank)
    {
        return (Cut(attributes.Int("start", 0)), Cut(attributes.Int("end", rank)));

        int Cut(long axis) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }
}
