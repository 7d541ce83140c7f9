using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The number of elements as int64. ONNX Size, opset 9 to 28.</summary>
internal sealed class Size : IShapeOperator
{
    public OperatorSchema Schema { get; } = new("Size", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        site.Input(0);
        return [new(ElementType.Int64, Shape.Scalar)];
    }

    public void Forward(StepCall call) => call.Output<long>(0)[0] = call.InputShape(0).Length;

    public Tensor Value(Node node, Shape input) => Tensor.Scalar((long)input.Length);
}
