using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = artanh x; NaN outside of [−1, 1]. ONNX Atanh, opset 9 to 28.</summary>
internal sealed class Atanh() : UnaryOperator<Atanh.Curve>(new("Atanh", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Atanh(x);
    }
}
