using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = arcsin x; NaN outside of [−1, 1]. ONNX Asin, opset 9 to 28.</summary>
internal sealed class Asin() : UnaryOperator<Asin.Curve>(new("Asin", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Asin(x);
    }
}
