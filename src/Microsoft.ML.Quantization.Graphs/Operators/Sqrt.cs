namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = √x, correctly rounded; NaN below 0. ONNX Sqrt, opset 9 to 28.</summary>
internal sealed class Sqrt() : UnaryOperator<Sqrt.Curve>(new("Sqrt", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => MathF.Sqrt(x);
    }
}
