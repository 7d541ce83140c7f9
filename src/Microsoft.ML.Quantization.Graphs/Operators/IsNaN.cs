using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Whether x is not a number. ONNX IsNaN, opset 9 to 28.</summary>
internal sealed class IsNaN : IOperator
{
    public OperatorSchema Schema { get; } = new("IsNaN", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0, ElementType.Float32, ElementType.Float64, ElementType.Float16) with { Type = ElementType.Boolean }];

    public void Forward(StepCall call)
    {
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = double.IsNaN(Reals.Read(call, 0, i)) ? (byte)1 : (byte)0; }
    }
}
