namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = 1 / x. ONNX Reciprocal, opset 9 to 28.</summary>
internal sealed class Reciprocal() : UnaryOperator<Reciprocal.Curve>(new("Reciprocal", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => 1f / x;
    }
}
