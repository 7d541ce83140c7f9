using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x · sigmoid(alpha · x). ONNX Swish, opset 24 to 28.</summary>
internal sealed class Swish() : UnaryOperator<Swish.Curve>(new("Swish", 24, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("alpha", 1f));

    internal readonly record struct Curve(float Alpha) : IUnaryFunction
    {
        public float Value(float x) => x * FloatMath.Sigmoid(Alpha * x);
    }
}
