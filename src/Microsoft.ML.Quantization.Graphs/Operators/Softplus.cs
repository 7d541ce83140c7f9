using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = ln(1 + eˣ). ONNX Softplus, opset 9 to 28.</summary>
internal sealed class Softplus() : UnaryOperator<Softplus.Curve>(new("Softplus", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Softplus(x);
    }
}
