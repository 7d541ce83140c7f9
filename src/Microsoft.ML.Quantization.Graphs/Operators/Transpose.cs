using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The axes in another order: axis i of the output is axis perm[i] of the input; reversed by default. ONNX Transpose, opset 9 to 28.</summary>
internal sealed class Transpose : IOperator
{
    public OperatorSchema Schema { get; } = new("Transpose", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        ImmutableArray<int> order = Order(site.Node, x.Rank);
        if (order.Length != x.Rank || !order.Order().SequenceEqual(Enumerable.Range(0, x.Rank)))
        {
            throw site.Refuse($"perm is [{string.Join(", ", order)}]; expected every axis 0..{x.Rank - 1} of {x} once");
        }
        return [x with { Dimensions = [.. order.Select(axis => x.Dimensions[axis])] }];
    }

    public void Forward(StepCall call)
    {
        int[] strides = call.InputShape(0).Strides();
        StridedCopy.Run(call, 0, [.. Order(call.Node, strides.Length).Select(axis => strides[axis])]);
    }

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new ForwardStep(this, site.Node);

    private static ImmutableArray<int> Order(Node node, int rank) => node.Attributes.Ints("perm") is { } perm
        ? [.. perm.Select(axis => axis is >= 0 and < int.MaxValue ? (int)axis : -1)]
        : [.. Enumerable.Range(0, rank).Reverse()];
}
