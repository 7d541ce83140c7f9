using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = eˣ, by <see cref="FloatMath.Exp"/>. ONNX Exp, opset 9 to 28.</summary>
internal sealed class Exp() : UnaryOperator<Exp.Curve>(new("Exp", 9, 1, 1), OperatorTraits.None)
{
    protected override Step BindFloat(BindSite site) => new EngineStep(static (engine, x, y) => engine.Exp(x, y));

    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Exp(x);
    }
}
