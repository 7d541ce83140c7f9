using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>loss = −weight[target] · x[target], reduced; x holds logarithms of probabilities. ONNX NegativeLogLikelihoodLoss, opset 12 to 28.</summary>
internal sealed class NegativeLogLikelihoodLoss : IOperator
{
    public OperatorSchema Schema { get; } = new("NegativeLogLikelihoodLoss", 12, 2, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [LossReduction.Infer(site)];

    public void Forward(StepCall call) => LossReduction.Run(call, call.Input<float>(0));
}
