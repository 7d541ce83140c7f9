using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Whether x is an infinity that <c>detect_positive</c> or <c>detect_negative</c> asks for (both by default). ONNX IsInf, opset 10 to 28.</summary>
internal sealed class IsInf : IOperator
{
    public OperatorSchema Schema { get; } = new("IsInf", 10, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0, ElementType.Float32, ElementType.Float64, ElementType.Float16) with { Type = ElementType.Boolean }];

    public void Forward(StepCall call)
    {
        bool positive = call.Attributes.Int("detect_positive", 1) != 0, negative = call.Attributes.Int("detect_negative", 1) != 0;
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < y.Length; i++)
        {
            double x = Reals.Read(call, 0, i);
            y[i] = (positive && double.IsPositiveInfinity(x)) || (negative && double.IsNegativeInfinity(x)) ? (byte)1 : (byte)0;
        }
    }
}
