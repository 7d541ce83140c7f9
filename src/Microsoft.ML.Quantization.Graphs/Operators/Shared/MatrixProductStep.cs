using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Rows of <paramref name="depth"/> elements times a packed matrix: float or integer.</summary>
internal sealed class MatrixProductStep(BoundConvolution bound, int depth) : Step
{
    public override bool Reads(int index) => index == 0;

    public override object Prepare(StepCall call) => bound.Plan([], []);

    public override void Run(StepCall call) =>
        bound.Run((ConvolutionTables)call.State!, call.InputShape(0).Length / depth, call.InputWithSlack(0), call.Output<byte>(0), call.Workers);
}
