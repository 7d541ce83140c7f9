using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = ln x, by <see cref="FloatMath.Log"/>. ONNX Log, opset 9 to 28.</summary>
internal sealed class Log() : UnaryOperator<Log.Curve>(new("Log", 9, 1, 1), OperatorTraits.None)
{
    protected override Step BindFloat(BindSite site) => new EngineStep(static (engine, x, y) => engine.Log(x, y));

    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => FloatMath.Log(x);
    }
}
