namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x · clamp(x / 6 + 1/2, 0, 1). ONNX HardSwish, opset 14 to 28.</summary>
internal sealed class HardSwish() : UnaryOperator<HardSwish.Curve>(new("HardSwish", 14, 1, 1), new() { Observation = ObservationType.OutputUsesDifferentObserverAsInput })
{
    protected override Curve Function(Node node) => default;

    internal readonly struct Curve : IUnaryFunction
    {
        public float Value(float x) => x * Clamp.Value(x / 6f + 0.5f, 0f, 1f);
    }
}
