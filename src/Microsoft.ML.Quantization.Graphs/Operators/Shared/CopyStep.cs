namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Hands the bytes of the first input on, under another shape or under the same one.</summary>
internal sealed class CopyStep(BufferLayout layout) : Step
{
    public override BufferLayout Layout => layout;

    public override bool Reads(int index) => index == 0;

    public override void Run(StepCall call) => call.Input<byte>(0).CopyTo(call.Output<byte>(0));
}
