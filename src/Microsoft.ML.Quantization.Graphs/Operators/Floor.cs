namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The largest integer that is at most x. ONNX Floor, opset 9 to 28.</summary>
internal sealed class Floor() : UnaryOperator<Floor.Curve>(new("Floor", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => MathF.Floor(x);
    }
}
