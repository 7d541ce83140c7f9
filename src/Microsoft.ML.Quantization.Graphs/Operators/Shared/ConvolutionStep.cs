using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A convolution whose weights and bias are packed: float or integer, gathering or scattering. Its second input, where there is one, is added.</summary>
internal sealed class ConvolutionStep(BoundConvolution bound, SplitWeights? weights = null, bool addsResidual = false) : Step
{
    private readonly SplitInput _input = new(weights);

    public override BufferLayout Layout => BufferLayout.ChannelsLast;

    public override bool Reads(int index) => index == 0 || (addsResidual && index == 1);

    public override bool MayOverwrite(int input) => addsResidual && input == 1;

    public override object Prepare(StepCall call) => bound.Plan(call.InputShape(0).Spatial(), call.OutputShape(0).Spatial());

    public override int ScratchBytes(StepCall call) => _input.ScratchBytes(call);

    public override void Run(StepCall call) =>
        bound.Run((ConvolutionTables)call.State!, call.InputShape(0)[0], _input.Bytes(call), addsResidual ? call.Input<byte>(1) : [], call.Output<byte>(0), call.Workers);
}
