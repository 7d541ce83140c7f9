using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The error function, by <see cref="FloatMath.Erf"/>. ONNX Erf, opset 9 to 28.</summary>
internal sealed class Erf() : UnaryOperator<Erf.Curve>(new("Erf", 9, 1, 1), OperatorTraits.None)
{
    protected override Step BindFloat(BindSite site) => new EngineStep(static (engine, x, y) => engine.Erf(x, y));

    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Erf(x);
    }
}
