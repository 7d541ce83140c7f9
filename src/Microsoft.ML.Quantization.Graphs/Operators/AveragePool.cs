using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The mean of each window over 1 to 3 spatial axes, divided by the elements inside the image or, with <c>count_include_pad</c>, those on
/// its padding too (never those behind the padding that ceil_mode adds). ONNX AveragePool, opset 9 to 28.
/// </summary>
internal sealed class AveragePool : IOperator
{
    private const int MostTaps = 1 << 22;

    public OperatorSchema Schema { get; } = new("AveragePool", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => PoolFacts.Infer(site);

    public void Forward(StepCall call) =>
        PlainPool.Average(call, PoolFacts.Settings(call.Node, call.InputShape(0).Rank).At(call.InputShape(0).Spatial()), CountsPadding(call.Node));

    public Step Bind(BindSite site)
    {
        WindowSettings settings = PoolFacts.Settings(site.Node, site.Inputs[0]!.Rank);
        bool countsPadding = CountsPadding(site.Node);
        return new PoolStep(
            size => settings.At(size.AsSpan()),
            (call, tables) => call.Engine.AveragePool(tables, call.InputShape(0)[0], call.InputShape(0)[1], call.Input<float>(0), call.Output<float>(0), countsPadding));
    }

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.Unary(site)
        ?? (PoolFacts.Settings(site.Node, site.Input(0)!.Fact.Rank).Kernel.Aggregate(1L, static (taps, size) => Math.Min(taps * size, MostTaps + 1)) > MostTaps
            ? $"its window has more than {MostTaps} elements; their codes might not fit a 32-bit sum" : null);

    public Step BindInteger(IntegerSite site)
    {
        WindowSettings settings = PoolFacts.Settings(site.Node, site.Input(0)!.Fact.Rank);
        bool countsPadding = CountsPadding(site.Node);
        CodeParameters input = CodeParameters.From(site.Input(0)!.Parameters!), output = CodeParameters.From(site.Output!);
        return new PoolStep(
            size => settings.At(size.AsSpan()),
            (call, tables) => call.Engine.AveragePool(tables, call.InputShape(0)[0], call.InputShape(0)[1], call.Input<byte>(0), input, call.Output<byte>(0), output, countsPadding));
    }

    private static bool CountsPadding(Node node) => node.Attributes.Int("count_include_pad", 0) != 0;
}
