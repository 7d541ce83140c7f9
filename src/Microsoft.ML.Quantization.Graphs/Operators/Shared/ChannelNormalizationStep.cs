namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary><c>y = (x − mean[c]) · factor[c] + bias[c]</c> for constant channels, each operation rounded, in any layout.</summary>
internal sealed class ChannelNormalizationStep(float[] mean, float[] factor, float[] bias) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override bool Reads(int index) => index == 0;

    public override bool MayOverwrite(int input) => input == 0;

    public override void Run(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        Shape shape = call.InputShape(0);
        int channels = mean.Length;
        if (shape.Rank == 2 || LayoutView.Turns(shape, call.Layout))
        {
            for (int pixel = 0; pixel < y.Length; pixel += channels)
            {
                Span<float> to = y.Slice(pixel, channels);
                call.Engine.Subtract(x.Slice(pixel, channels), mean, to);
                call.Engine.Multiply(to, factor, to);
                call.Engine.Add(to, bias, to);
            }
            return;
        }
        int inner = shape.Count(2, shape.Rank);
        for (int row = 0; row < shape[0] * channels; row++)
        {
            int c = row % channels;
            for (int i = row * inner; i < (row + 1) * inner; i++) { y[i] = (x[i] - mean[c]) * factor[c] + bias[c]; }
        }
    }
}
