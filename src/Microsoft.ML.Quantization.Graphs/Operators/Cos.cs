using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = cos x. ONNX Cos, opset 9 to 28.</summary>
internal sealed class Cos() : UnaryOperator<Cos.Curve>(new("Cos", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Cos(x);
    }
}
