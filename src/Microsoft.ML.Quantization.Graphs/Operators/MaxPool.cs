using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The largest element of each window over 1 to 3 spatial axes; padding never wins. ONNX MaxPool, opset 9 to 21, without the Indices
/// output. On codes of one map the largest code is the code of the largest value, exactly.
/// </summary>
internal sealed class MaxPool : IOperator
{
    public OperatorSchema Schema { get; } = new("MaxPool", 9, 1, 1, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        site.Unsupported(site.Node.Outputs.Length > 1 && site.Node.Outputs[1].Length > 0, "the Indices output", "export the model without return_indices");
        return PoolFacts.Infer(site);
    }

    public void Forward(StepCall call) => PlainPool.Max(call, PoolFacts.Settings(call.Node, call.InputShape(0).Rank).At(call.InputShape(0).Spatial()));

    public Step Bind(BindSite site)
    {
        WindowSettings settings = PoolFacts.Settings(site.Node, site.Inputs[0]!.Rank);
        return new PoolStep(
            size => settings.At(size.AsSpan()),
            static (call, tables) => call.Engine.MaxPool(tables, call.InputShape(0)[0], call.InputShape(0)[1], call.Input<float>(0), call.Output<float>(0)));
    }

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site)
    {
        WindowSettings settings = PoolFacts.Settings(site.Node, site.Input(0)!.Fact.Rank);
        bool signed = site.Output!.Type == ElementType.QInt8;
        return new PoolStep(
            size => settings.At(size.AsSpan()),
            (call, tables) => call.Engine.MaxPool(tables, call.InputShape(0)[0], call.InputShape(0)[1], call.Input<byte>(0), call.Output<byte>(0), signed));
    }
}
