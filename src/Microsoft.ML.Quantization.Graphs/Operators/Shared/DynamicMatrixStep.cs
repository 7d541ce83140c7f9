using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Rows of floats times packed 8-bit weights, with the range of the whole input or, <paramref name="perRow"/>, one for each index of its first axis.</summary>
internal sealed class DynamicMatrixStep(DynamicProduct product, bool perRow) : Step
{
    public override bool Reads(int index) => index == 0;

    public override int ScratchBytes(StepCall call) => product.ScratchBytes(call.InputShape(0).Length / product.Depth);

    public override void Run(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        int rows = x.Length / product.Depth;
        if (perRow) { product.RunEach(x, rows, call.InputShape(0)[0], y, call.Scratch, call.Workers); }
        else { product.Run(x, rows, DynamicRange.Of(x), y, call.Scratch, call.Workers); }
    }
}
