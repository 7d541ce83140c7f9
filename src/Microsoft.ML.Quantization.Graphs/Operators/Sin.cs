using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = sin x. ONNX Sin, opset 9 to 28.</summary>
internal sealed class Sin() : UnaryOperator<Sin.Curve>(new("Sin", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Sin(x);
    }
}
