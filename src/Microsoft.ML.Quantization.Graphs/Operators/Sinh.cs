using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = sinh x. ONNX Sinh, opset 9 to 28.</summary>
internal sealed class Sinh() : UnaryOperator<Sinh.Curve>(new("Sinh", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Sinh(x);
    }
}
