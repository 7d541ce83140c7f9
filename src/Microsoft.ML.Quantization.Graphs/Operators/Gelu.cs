using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = x/2 · (1 + erf(x / √2)), or with <c>approximate = tanh</c> y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). ONNX Gelu, opset 20 to 28.
/// </summary>
internal sealed class Gelu() : UnaryOperator<Gelu.Curve>(new("Gelu", 20, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => node.Attributes.String("approximate", "none") switch
    {
        "none" => new(false),
        "tanh" => new(true),
        string other => throw new QuantizationException($"{node}: approximate is '{other}'; expected none or tanh."),
    };

    internal readonly record struct Curve(bool IsApproximate) : IUnaryFunction
    {
        public float Value(float x) => 0.5f * x * (1f + (IsApproximate ? FloatMath.Tanh(0.7978845608f * (x + 0.044715f * (x * x * x))) : FloatMath.Erf(x * 0.70710678f)));
    }
}
