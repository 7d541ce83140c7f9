namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = |x|. ONNX Abs, opset 9 to 21.</summary>
internal sealed class Abs() : UnaryOperator<Abs.Curve>(new("Abs", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => MathF.Abs(x);
    }
}
