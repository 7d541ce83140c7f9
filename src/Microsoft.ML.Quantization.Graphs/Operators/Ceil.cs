namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The smallest integer that is at least x. ONNX Ceil, opset 9 to 28.</summary>
internal sealed class Ceil() : UnaryOperator<Ceil.Curve>(new("Ceil", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => MathF.Ceiling(x);
    }
}
