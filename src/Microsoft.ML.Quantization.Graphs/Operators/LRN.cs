using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x / (bias + alpha / size · Σ x²)^beta, summed over the <c>size</c> channels around each. ONNX LRN, opset 9 to 28.</summary>
internal sealed class LRN : IOperator
{
    public OperatorSchema Schema { get; } = new("LRN", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => site.Attributes.Int("size") is var size && size is >= 1 and <= 1 << 20
        ? [site.Float(0).WithRank(site, 0, 2, int.MaxValue)]
        : throw site.Refuse($"size is {size}; expected 1 or more");

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int channels = shape[1], plane = shape.Count(2, shape.Rank), size = (int)call.Attributes.Int("size");
        float alpha = call.Attributes.Float("alpha", 1e-4f), beta = call.Attributes.Float("beta", 0.75f), bias = call.Attributes.Float("bias", 1f);
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        for (int i = 0; i < y.Length; i++)
        {
            int channel = i / plane % channels, from = Math.Max(0, channel - (size - 1) / 2), to = Math.Min(channels - 1, channel + size / 2);
            float sum = 0f;
            for (int c = from; c <= to; c++)
            {
                float other = x[i + (c - channel) * plane];
                sum = MathF.FusedMultiplyAdd(other, other, sum);
            }
            y[i] = x[i] / FloatMath.Pow(bias + alpha / size * sum, beta);
        }
    }
}
