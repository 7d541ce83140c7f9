using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = arccos x; NaN outside of [−1, 1]. ONNX Acos, opset 9 to 28.</summary>
internal sealed class Acos() : UnaryOperator<Acos.Curve>(new("Acos", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Acos(x);
    }
}
