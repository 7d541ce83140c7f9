using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = 1 / (1 + e⁻ˣ), by <see cref="FloatMath.Sigmoid"/>. ONNX Sigmoid, opset 9 to 28.</summary>
internal sealed class Sigmoid() : UnaryOperator<Sigmoid.Curve>(
    new("Sigmoid", 9, 1, 1),
    new() { Observation = ObservationType.FixedQParams, FixedOutput = new QuantizationParameters(1f / 256f, 0, ElementType.QUInt8) })
{
    protected override Step BindFloat(BindSite site) => new EngineStep(static (engine, x, y) => engine.Sigmoid(x, y));

    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Sigmoid(x);
    }
}
