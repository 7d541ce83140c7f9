using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Rows of floats times packed 8-bit weights, with the range of the whole input.</summary>
internal sealed class DynamicMatrixStep(DynamicProduct product, (float Minimum, float Maximum) activation) : Step
{
    public override bool Reads(int index) => index == 0;

    public override int ScratchBytes(StepCall call) => product.ScratchBytes(call.InputShape(0).Length / product.Depth);

    public override void Run(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        product.Run(x, x.Length / product.Depth, DynamicRange.Of(x), y, call.Scratch, call.Workers);
        if (activation != (float.NegativeInfinity, float.PositiveInfinity)) { call.Engine.Clip(y, y, activation.Minimum, activation.Maximum); }
    }
}
