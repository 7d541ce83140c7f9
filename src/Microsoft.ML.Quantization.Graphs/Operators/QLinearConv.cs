using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A convolution of codes to codes: y = saturate(rne((Σ (x − zx) · (w − zw) + bias) · sx · sw / sy) + zy). ONNX QLinearConv, opset 10 to 28.
/// </summary>
internal sealed class QLinearConv : IOperator
{
    public OperatorSchema Schema { get; } = new("QLinearConv", 10, 8, 9);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0, ElementType.UInt8, ElementType.Int8).WithRank(site, 0, 3, 5), w = site.Input(3, ElementType.UInt8, ElementType.Int8).WithRank(site, 3, x.Rank, x.Rank);
        foreach (int scale in new[] { 1, 4, 6 }) { site.Float(scale).WithRank(site, scale, 0, 1); }
        site.Input(2, x.Type);
        site.Input(5, w.Type);
        TensorFact zero = site.Input(7, ElementType.UInt8, ElementType.Int8);
        if (site.OptionalInput(8) is not null) { site.Input(8, ElementType.Int32).WithRank(site, 8, 1, 1); }
        return [new(zero.Type, IntegerConvolution.Infer(site, x, w))];
    }

    public void Forward(StepCall call)
    {
        Shape to = call.OutputShape(0);
        int[] sums = IntegerConvolution.Run(call, 3, CodeReading.ZeroPoint(call, 2, 0), channel => CodeReading.ZeroPoint(call, 5, channel));
        int plane = to.Count(2, to.Rank), zero = CodeReading.ZeroPoint(call, 7, 0);
        ReadOnlySpan<float> scales = call.Input<float>(4);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < y.Length; i++)
        {
            int channel = i / plane % to[1], sum = sums[i] + (call.HasInput(8) ? call.Input<int>(8)[channel] : 0);
            float factor = call.Input<float>(1)[0] * scales[scales.Length == 1 ? 0 : channel] / call.Input<float>(6)[0];
            y[i] = (byte)CodeReading.Requantize(sum, factor, zero, call.Outputs[0].Type);
        }
    }
}
