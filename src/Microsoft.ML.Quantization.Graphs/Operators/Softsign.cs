namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x / (1 + |x|). ONNX Softsign, opset 9 to 28.</summary>
internal sealed class Softsign() : UnaryOperator<Softsign.Curve>(new("Softsign", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => x / (1f + MathF.Abs(x));
    }
}
