using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A copy of x with y[…, indices[…, j, …], …] = updates[…, j, …] along <c>axis</c>, or added, multiplied, … by <c>reduction</c>. ONNX
/// Scatter, opset 9 to 10; from 11 on it is called ScatterElements.
/// </summary>
internal sealed class Scatter : IOperator
{
    public OperatorSchema Schema { get; } = new("Scatter", 9, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => ElementScatter.Infer(site);

    public void Forward(StepCall call) => NumberTypes.Run(new Scattering(ElementScatter.Visit), call.InputType(0), call);
}
