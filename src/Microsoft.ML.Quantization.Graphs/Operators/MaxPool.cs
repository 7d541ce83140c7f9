using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The largest element of each window over 1 to 3 spatial axes; padding never wins. The second output has its place in the whole input,
/// with rows and columns exchanged where <c>storage_order</c> is 1. ONNX MaxPool, opset 9 to 28, for float32, uint8 and int8. On codes of one map the largest code is the code of the largest value, exactly.
/// </summary>
internal sealed class MaxPool : IOperator
{
    public OperatorSchema Schema { get; } = new("MaxPool", 9, 1, 1, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact y = PoolFacts.Infer(site, ElementType.Float32, ElementType.UInt8, ElementType.Int8)[0];
        return [y, y with { Type = ElementType.Int64 }];
    }

    public void Forward(StepCall call)
    {
        var window = PoolFacts.Settings(call.Node, call.InputShape(0).Rank).At(call.InputShape(0).Spatial());
        switch (call.InputType(0))
        {
            case ElementType.UInt8: PlaceOfMax.Run<byte>(call, window); break;
            case ElementType.Int8: PlaceOfMax.Run<sbyte>(call, window); break;
            default:
                if (WantsPlaces(call.Node)) { PlaceOfMax.Run<float>(call, window); }
                else { PlainPool.Max(call, window); }
                break;
        }
    }

    public Step Bind(BindSite site)
    {
        if (site.Inputs[0]!.Type != ElementType.Float32 || WantsPlaces(site.Node)) { return new ForwardStep(this, site.Node); }
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

    private static bool WantsPlaces(Node node) => node.Outputs.Length > 1 && node.Outputs[1].Length > 0;
}
