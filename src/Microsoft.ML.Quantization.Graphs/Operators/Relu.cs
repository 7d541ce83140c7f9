namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = max(x, 0). ONNX Relu, opset 9 to 28.</summary>
internal sealed class Relu() : UnaryOperator<Relu.Floor>(new("Relu", 9, 1, 1), new() { Observation = ObservationType.OutputSharesObserverWithInput })
{
    protected override Floor Function(Node node) => default;

    protected override Step BindFloat(BindSite site) => new ClipStep(0f, float.PositiveInfinity);

    internal readonly struct Floor : IUnaryFunction
    {
        public float Value(float x) => Clamp.Value(x, 0f, float.PositiveInfinity);
    }
}
