namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = −x. ONNX Neg, opset 9 to 21.</summary>
internal sealed class Neg() : UnaryOperator<Neg.Curve>(new("Neg", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => -x;
    }
}
