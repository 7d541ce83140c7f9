namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Limits each element, in any layout.</summary>
internal sealed class ClipStep(float low, float high) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override bool Reads(int index) => index == 0;

    public override void Run(StepCall call) => call.Engine.Clip(call.Input<float>(0), call.Output<float>(0), low, high);
}
