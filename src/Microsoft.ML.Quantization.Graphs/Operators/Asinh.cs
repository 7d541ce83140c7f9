using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = arsinh x. ONNX Asinh, opset 9 to 28.</summary>
internal sealed class Asinh() : UnaryOperator<Asinh.Curve>(new("Asinh", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Asinh(x);
    }
}
