using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x for x ≥ 0, else alpha · x. ONNX LeakyRelu, opset 9 to 28.</summary>
internal sealed class LeakyRelu() : UnaryOperator<LeakyRelu.Slopes>(new("LeakyRelu", 9, 1, 1), new() { Observation = ObservationType.OutputUsesDifferentObserverAsInput })
{
    protected override Slopes Function(Node node) => new(node.Attributes.Float("alpha", 0.01f));

    internal readonly struct Slopes(float alpha) : IUnaryFunction
    {
        public float Value(float x) => ActivationFormulas.LeakyRelu(x, alpha);
    }
}
