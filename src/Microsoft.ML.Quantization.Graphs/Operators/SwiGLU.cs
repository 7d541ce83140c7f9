using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = a · sigmoid(alpha · a) · b, for two tensors of one shape. ONNX SwiGLU, opset 28.</summary>
internal sealed class SwiGLU : IOperator
{
    public OperatorSchema Schema { get; } = new("SwiGLU", 28, 2, 2);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact gate = site.Float(0), value = site.Float(1).WithRank(site, 1, gate.Rank, gate.Rank);
        return gate.Dimensions.Zip(value.Dimensions).All(pair => pair.First.MayEqual(pair.Second))
            ? [gate with { Dimensions = [.. gate.Dimensions.Zip(value.Dimensions, Axes.Merge)] }]
            : throw site.Refuse($"its gate is {gate} and its value {value}; expected the same shape");
    }

    public void Forward(StepCall call)
    {
        if (call.InputShape(0) != call.InputShape(1)) { throw new QuantizationException($"{call.Node}: its gate is {call.InputShape(0)} and its value {call.InputShape(1)}; expected the same shape."); }
        var gate = new Swish.Curve(call.Attributes.Float("alpha", 1f));
        ReadOnlySpan<float> a = call.Input<float>(0), b = call.Input<float>(1);
        Span<float> y = call.Output<float>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = gate.Value(a[i]) * b[i]; }
    }
}
