namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Runs an operator's plain forward on row-major buffers.</summary>
internal sealed class ForwardStep(IOperator op, Node node) : Step
{
    public Node Node => node;

    public override void Run(StepCall call) => op.Forward(call);
}
