using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The other truth value. ONNX Not, opset 9 to 28.</summary>
internal sealed class Not : IOperator
{
    public OperatorSchema Schema { get; } = new("Not", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0, ElementType.Boolean)];

    public void Forward(StepCall call)
    {
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = x[i] == 0 ? (byte)1 : (byte)0; }
    }
}
