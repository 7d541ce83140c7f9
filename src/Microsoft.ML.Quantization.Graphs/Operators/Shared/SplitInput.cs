using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>What an integer product reads: its input as it is, or with the channels repeated for each part of split weights, in scratch memory.</summary>
internal readonly struct SplitInput(SplitWeights? weights)
{
    private bool IsRepeated => weights is { Parts: > 1 };

    /// <summary>Scratch memory wanted.</summary>
    public int ScratchBytes(StepCall call) => IsRepeated ? checked(call.InputShape(0).Length * weights!.Parts + Engine.ReadSlack) : 0;

    /// <summary>The bytes and the slack behind them.</summary>
    public ReadOnlySpan<byte> Bytes(StepCall call)
    {
        if (!IsRepeated) { return call.InputWithSlack(0); }
        weights!.Repeat(call.Input<byte>(0), call.Scratch);
        return call.Scratch[..ScratchBytes(call)];
    }
}
