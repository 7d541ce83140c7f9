using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x for x ≥ 0, else alpha · (eˣ − 1). ONNX Elu, opset 9 to 28.</summary>
internal sealed class Elu() : UnaryOperator<Elu.Curve>(new("Elu", 9, 1, 1), new() { Observation = ObservationType.OutputUsesDifferentObserverAsInput })
{
    protected override Curve Function(Node node) => new(node.Attributes.Float("alpha", 1f));

    internal readonly struct Curve(float alpha) : IUnaryFunction
    {
        public float Value(float x) => ActivationFormulas.Elu(x, alpha, scale: 1f, inputScale: 1f);
    }
}
