using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = gamma · x for x &gt; 0, else gamma · (alpha · eˣ − alpha). ONNX Selu, opset 9 to 28.</summary>
internal sealed class Selu() : UnaryOperator<Selu.Curve>(new("Selu", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("alpha", 1.67326319217681884765625f), node.Attributes.Float("gamma", 1.05070102214813232421875f));

    internal readonly record struct Curve(float Alpha, float Gamma) : IUnaryFunction
    {
        public float Value(float x) => x > 0f ? Gamma * x : Gamma * (Alpha * FloatMath.Exp(x) - Alpha);
    }
}
