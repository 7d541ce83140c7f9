using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = max(0, x) + min(0, alpha · (e^(x / alpha) − 1)). ONNX Celu, opset 12 to 28.</summary>
internal sealed class Celu() : UnaryOperator<Celu.Curve>(new("Celu", 12, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("alpha", 1f));

    internal readonly record struct Curve(float Alpha) : IUnaryFunction
    {
        public float Value(float x) => x > 0f ? x : float.IsNaN(x) ? x : MathF.Min(0f, Alpha * (FloatMath.Exp(x / Alpha) - 1f));
    }
}
