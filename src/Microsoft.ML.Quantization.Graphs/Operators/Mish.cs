using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x · tanh(ln(1 + eˣ)). ONNX Mish, opset 18 to 28.</summary>
internal sealed class Mish() : UnaryOperator<Mish.Curve>(new("Mish", 18, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => x * FloatMath.Tanh(FloatMath.Softplus(x));
    }
}
