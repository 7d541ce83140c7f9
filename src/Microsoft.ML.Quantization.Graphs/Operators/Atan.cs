using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = arctan x. ONNX Atan, opset 9 to 28.</summary>
internal sealed class Atan() : UnaryOperator<Atan.Curve>(new("Atan", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Atan(x);
    }
}
