namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x for x ≥ 0, else slope[c] · x, for constant channels, in any layout.</summary>
internal sealed class ChannelSlopeStep(float[] slopes) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override bool Reads(int index) => index == 0;

    public override bool MayOverwrite(int input) => input == 0;

    public override void Run(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        int inner = LayoutView.Inner(call.InputShape(0), 1, call.Layout);
        for (int i = 0, channel = 0; i < y.Length; i += inner, channel = channel + 1 < slopes.Length ? channel + 1 : 0)
        {
            float slope = slopes[channel];
            for (int k = i; k < i + inner; k++) { y[k] = x[k] < 0f ? slope * x[k] : x[k]; }
        }
    }
}
