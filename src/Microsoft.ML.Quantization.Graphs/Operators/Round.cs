namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The nearest integer, ties to even. ONNX Round, opset 11 to 28.</summary>
internal sealed class Round() : UnaryOperator<Round.Curve>(new("Round", 11, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => MathF.Round(x);
    }
}
