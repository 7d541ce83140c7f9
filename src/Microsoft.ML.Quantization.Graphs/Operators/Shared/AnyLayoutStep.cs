namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Runs the plain forward of an operator that looks at the layout of its call, in whatever layout its input has.</summary>
internal sealed class AnyLayoutStep(IOperator op) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override void Run(StepCall call) => op.Forward(call);
}
