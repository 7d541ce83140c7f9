using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = clamp(alpha · x + beta, 0, 1). ONNX HardSigmoid, opset 9 to 28.</summary>
internal sealed class HardSigmoid() : UnaryOperator<HardSigmoid.Curve>(new("HardSigmoid", 9, 1, 1), new() { Observation = ObservationType.FixedQParams, FixedOutput = new QuantizationParameters(1f / 256f, 0, ElementType.QUInt8) })
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("alpha", 0.2f), node.Attributes.Float("beta", 0.5f));

    internal readonly struct Curve(float alpha, float beta) : IUnaryFunction
    {
        public float Value(float x) => Clamp.Value(alpha * x + beta, 0f, 1f);
    }
}
