namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x for x &gt; alpha, else 0. ONNX ThresholdedRelu, opset 10 to 28.</summary>
internal sealed class ThresholdedRelu() : UnaryOperator<ThresholdedRelu.Curve>(new("ThresholdedRelu", 10, 1, 1), OperatorTraits.None)
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("alpha", 1f));

    internal readonly record struct Curve(float Alpha) : IUnaryFunction
    {
        public float Value(float x) => x > Alpha ? x : 0f;
    }
}
