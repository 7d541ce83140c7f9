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

    public Step Bind(BindSite site)
    {
        TensorFact x = site.Inputs[0]!;
        if (x.Rank < 2 || site.Constant(1) is not { Length: > 0 } slope) { return new ForwardStep(this, site.Node); }
        // The slope's axes stand at the end of the input's: only that of the channels may have more than one element.
        int channels = slope.Shape.Rank - x.Rank + 1, size = channels >= 0 ? slope.Shape[channels] : 1;
        return slope.Length == size && (size == 1 || x.Dimensions[1].Size == size) ? new ChannelSlopeStep(slope.AsSpan<float>().ToArray()) : new ForwardStep(this, site.Node);
    }

    public void Forward(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0), slope = call.Input<float>(1);
        Span<float> y = call.Output<float>(0);
        int[] offsets = BroadcastWalk.Offsets(call.InputShape(1), call.OutputShape(0));
        for (int i = 0; i < y.Length; i++) { y[i] = x[i] < 0f ? slope[offsets[i]] * x[i] : x[i]; }
    }
}
