using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = tan x. ONNX Tan, opset 9 to 28.</summary>
internal sealed class Tan() : UnaryOperator<Tan.Curve>(new("Tan", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Tan(x);
    }
}
