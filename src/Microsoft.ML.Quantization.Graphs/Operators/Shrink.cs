namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x + bias for x &lt; −lambd, x − bias for x &gt; lambd, else 0. ONNX Shrink, opset 9 to 28.</summary>
internal sealed class Shrink() : UnaryOperator<Shrink.Curve>(new("Shrink", 9, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("bias", 0f), node.Attributes.Float("lambd", 0.5f));

    internal readonly record struct Curve(float Bias, float Lambda) : IUnaryFunction
    {
        public float Value(float x) => x < -Lambda ? x + Bias : x > Lambda ? x - Bias : 0f;
    }
}
