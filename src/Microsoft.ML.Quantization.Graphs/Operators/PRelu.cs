using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x for x ≥ 0, else slope · x; the slope broadcasts to x. ONNX PRelu, opset 9 to 28.</summary>
internal sealed class PRelu : IElementwise
{
    public OperatorSchema Schema { get; } = new("PRelu", 9, 2, 2);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0), slope = site.Float(1);
        return Broadcasting.StretchesTo(slope.Dimensions, x.Dimensions) ? [x] : throw site.Refuse($"its slope is {slope}; expected a shape that stretches to {x}");
    }

    public void Forward(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0), slope = call.Input<float>(1);
        Span<float> y = call.Output<float>(0);
        int[] offsets = BroadcastWalk.Offsets(call.InputShape(1), call.OutputShape(0));
        for (int i = 0; i < y.Length; i++) { y[i] = x[i] < 0f ? slope[offsets[i]] * x[i] : x[i]; }
    }
}
