using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = arcosh x; NaN below 1. ONNX Acosh, opset 9 to 28.</summary>
internal sealed class Acosh() : UnaryOperator<Acosh.Curve>(new("Acosh", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Acosh(x);
    }
}
