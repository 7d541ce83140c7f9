using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = x / √(mean(x²) + epsilon) · scale, with the mean over <c>axis</c> (−1 by default) and all axes behind it. ONNX RMSNormalization,
/// opset 23 to 28.
/// </summary>
/// <remarks>Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (arXiv 1910.07467), equation 4.</remarks>
internal sealed class RMSNormalization : IOperator
{
    public OperatorSchema Schema { get; } = new("RMSNormalization", 23, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        site.Axis(site.Attributes.Int("axis", -1), x.Rank);
        return Broadcasting.StretchesTo(site.Float(1).Dimensions, x.Dimensions) ? [x] : throw site.Refuse($"input 1 is {site.Input(1)}; expected a shape that stretches to {x}");
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis", -1), shape.Rank), length = shape.Count(axis, shape.Rank);
        float epsilon = call.Attributes.Float("epsilon", 1e-5f);
        int[] scaleAt = BroadcastWalk.Offsets(call.InputShape(1), shape);
        ReadOnlySpan<float> scale = call.Input<float>(1);
        for (int first = 0; length > 0 && first < shape.Length; first += length)
        {
            ReadOnlySpan<float> x = call.Input<float>(0).Slice(first, length);
            Span<float> y = call.Output<float>(0).Slice(first, length);
            call.Engine.Multiply(x, x, y);
            float root = MathF.Sqrt(call.Engine.Sum(y) / length + epsilon);
            for (int i = 0; i < length; i++) { y[i] = x[i] / root * scale[scaleAt[first + i]]; }
        }
    }
}
