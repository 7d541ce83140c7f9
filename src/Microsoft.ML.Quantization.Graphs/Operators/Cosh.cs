using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = cosh x. ONNX Cosh, opset 9 to 28.</summary>
internal sealed class Cosh() : UnaryOperator<Cosh.Curve>(new("Cosh", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Cosh(x);
    }
}
