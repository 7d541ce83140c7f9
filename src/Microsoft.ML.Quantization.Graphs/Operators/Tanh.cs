using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), by <see cref="FloatMath.Tanh"/>. ONNX Tanh, opset 9 to 28.</summary>
internal sealed class Tanh() : UnaryOperator<Tanh.Curve>(
    new("Tanh", 9, 1, 1),
    new() { Observation = ObservationType.FixedQParams, FixedOutput = new QuantizationParameters(2f / 256f, 128, ElementType.QUInt8) })
{
    protected override Step BindFloat(BindSite site) => new EngineStep(static (engine, x, y) => engine.Tanh(x, y));

    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Tanh(x);
    }
}
