using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The input broadcast with a shape, in both directions. ONNX Expand, opset 9 to 28, any element type.</summary>
internal sealed class Expand : IOperator
{
    public OperatorSchema Schema { get; } = new("Expand", 9, 2, 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        if (site.IsOpen(1)) { return [SiteChecks.OpenFact(x.Type, Math.Max(x.Rank, site.Count(1, "shape")))]; }
        ImmutableArray<long> shape = site.Setting("shape", 1)!.Value;
        if (shape.Any(size => size is < 0 or > int.MaxValue)) { throw site.Refuse($"its shape is [{string.Join(", ", shape)}]; expected sizes of 0 or more"); }
        ImmutableArray<Dimension> result = Broadcasting.Combine(site, x.Dimensions, [.. shape.Select(size => Dimension.Known((int)size))]);
        Axes.Product(result);
        return [new(x.Type, result)];
    }

    public void Forward(StepCall call) => StridedCopy.Run(call, 0, Broadcasting.Strides(call.InputShape(0), call.OutputShape(0)));

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new ForwardStep(this, site.Node);
}
