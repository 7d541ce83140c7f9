using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Input 0 cast to the element type of input 1, as by Cast. ONNX CastLike, opset 15 to 28.</summary>
internal sealed class CastLike : IOperator
{
    public OperatorSchema Schema { get; } = new("CastLike", 15, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0) with { Type = site.Input(1).Type }];

    public void Forward(StepCall call) => Cast.Run(call);
}
