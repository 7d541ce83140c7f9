using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Rows of <paramref name="depth"/> elements times a packed matrix: float or integer.</summary>
internal sealed class MatrixProductStep(BoundConvolution bound, int depth, SplitWeights? weights = null) : Step
{
    private readonly SplitInput _input = new(weights);

    public override bool Reads(int index) => index == 0;

    public override object Prepare(StepCall call) => bound.Plan([], []);

    public override int ScratchBytes(StepCall call) => _input.ScratchBytes(call);

    public override void Run(StepCall call) =>
        bound.Run((ConvolutionTables)call.State!, call.InputShape(0).Length / depth, _input.Bytes(call), call.Output<byte>(0), call.Workers);
}
