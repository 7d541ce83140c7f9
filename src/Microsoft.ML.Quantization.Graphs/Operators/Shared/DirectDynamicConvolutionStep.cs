using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A <see cref="DynamicConvolution"/>: the codes go to the engine's own integer convolution, without a copy of the windows.</summary>
/// <param name="window">How the window moves.</param>
/// <param name="product">The packed weights.</param>
/// <param name="perRow">Whether each image has a range of its own.</param>
/// <param name="activation">The interval results are limited to.</param>
internal sealed class DirectDynamicConvolutionStep(ConvolutionWindow window, DynamicConvolution product, bool perRow, (float Minimum, float Maximum) activation) : Step
{
    public override BufferLayout Layout => BufferLayout.ChannelsLast;

    public override bool Reads(int index) => index == 0;

    public override object Prepare(StepCall call)
    {
        ReadOnlySpan<int> input = call.InputShape(0).Spatial(), output = call.OutputShape(0).Spatial();
        var at = new Window3(window, input, output);
        int[] sources = new int[checked(at.OutputLength * at.Taps)];
        for (int i = 0; i < sources.Length; i++) { sources[i] = PlainPool.Source(at, i / at.Taps, i % at.Taps); }
        return product.Plan(input, output, sources);
    }

    public override int ScratchBytes(StepCall call) => DynamicConvolution.ScratchBytes(call.InputShape(0).Length);

    public override void Run(StepCall call)
    {
        if (call.InputShape(0).Length == 0 || call.OutputShape(0).Length == 0) { return; }
        Span<float> y = call.Output<float>(0);
        product.Run(call.State!, call.Input<float>(0), call.InputShape(0)[0], perRow, y, call.Scratch, call.Workers);
        if (activation != (float.NegativeInfinity, float.PositiveInfinity)) { call.Engine.Clip(y, y, activation.Minimum, activation.Maximum); }
    }
}
