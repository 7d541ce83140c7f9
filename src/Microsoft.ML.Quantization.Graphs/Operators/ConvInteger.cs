using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A convolution of codes to 32-bit sums: Σ (x − x_zero_point) · (w − w_zero_point). ONNX ConvInteger, opset 10 to 28.</summary>
internal sealed class ConvInteger : IOperator
{
    public OperatorSchema Schema { get; } = new("ConvInteger", 10, 2, 4);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0, ElementType.UInt8, ElementType.Int8).WithRank(site, 0, 3, 5), w = site.Input(1, ElementType.UInt8, ElementType.Int8).WithRank(site, 1, x.Rank, x.Rank);
        if (site.OptionalInput(2) is not null) { site.Input(2, x.Type).WithRank(site, 2, 0, 1); }
        if (site.OptionalInput(3) is not null) { site.Input(3, w.Type).WithRank(site, 3, 0, 1); }
        return [new(ElementType.Int32, IntegerConvolution.Infer(site, x, w))];
    }

    public void Forward(StepCall call) =>
        IntegerConvolution.Run(call, 1, CodeReading.ZeroPoint(call, 2, 0), channel => CodeReading.ZeroPoint(call, 3, channel)).CopyTo(call.Output<int>(0));

    public Step Bind(BindSite site) => new IntegerConvolutionStep();
}
