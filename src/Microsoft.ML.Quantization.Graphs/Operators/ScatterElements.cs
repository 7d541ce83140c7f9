using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A copy of x with y[…, indices[…, j, …], …] = updates[…, j, …] along <c>axis</c>, or added, multiplied, … by <c>reduction</c>. ONNX
/// ScatterElements, opset 11 to 28.
/// </summary>
internal sealed class ScatterElements : IOperator
{
    public OperatorSchema Schema { get; } = new("ScatterElements", 11, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => ElementScatter.Infer(site);

    public void Forward(StepCall call) => NumberTypes.Run(new Scattering(ElementScatter.Visit), call.InputType(0), call);
}
