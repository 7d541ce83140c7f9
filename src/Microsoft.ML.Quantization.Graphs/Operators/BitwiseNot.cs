using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>All bits turned over. ONNX BitwiseNot, opset 18 to 28, for whole numbers.</summary>
internal sealed class BitwiseNot : IOperator
{
    public OperatorSchema Schema { get; } = new("BitwiseNot", 18, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0, NumberTypes.Whole.AsSpan())];

    public void Forward(StepCall call)
    {
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = (byte)~x[i]; }
    }
}
