using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = (x − mean) / √(variance + epsilon) · scale + bias, with the moments over <c>axis</c> (−1 by default) and all axes behind it; then the
/// mean and 1 / √(variance + epsilon) themselves. ONNX LayerNormalization, opset 17 to 28.
/// </summary>
internal sealed class LayerNormalization : IOperator
{
    public OperatorSchema Schema { get; } = new("LayerNormalization", 17, 2, 3, MaxOutputs: 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        int axis = site.Axis(site.Attributes.Int("axis", -1), x.Rank);
        for (int input = 1; input <= 2; input++)
        {
            if (site.OptionalInput(input) is not null && !Broadcasting.StretchesTo(site.Float(input).Dimensions, x.Dimensions)) { throw site.Refuse($"input {input} is {site.Input(input)}; expected a shape that stretches to {x}"); }
        }
        TensorFact moment = x with { Dimensions = [.. x.Dimensions.Take(axis), .. Enumerable.Repeat<Dimension>(1, x.Rank - axis)] };
        return [x, moment, moment];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis", -1), shape.Rank), length = shape.Count(axis, shape.Rank);
        float epsilon = call.Attributes.Float("epsilon", 1e-5f);
        float[] scratch = new float[length];
        int[] scaleAt = BroadcastWalk.Offsets(call.InputShape(1), shape), biasAt = call.HasInput(2) ? BroadcastWalk.Offsets(call.InputShape(2), shape) : [];
        for (int row = 0; row < shape.Count(0, axis); row++)
        {
            ReadOnlySpan<float> x = call.Input<float>(0).Slice(row * length, length), scale = call.Input<float>(1);
            Span<float> y = call.Output<float>(0).Slice(row * length, length);
            (float mean, float variance) = Moments.Of(call.Engine, x, scratch);
            float root = MathF.Sqrt(variance + epsilon);
            for (int i = 0; i < length; i++)
            {
                y[i] = (x[i] - mean) / root * scale[scaleAt[row * length + i]];
                if (biasAt.Length > 0) { y[i] += call.Input<float>(2)[biasAt[row * length + i]]; }
            }
            if (IsWanted(call, 1)) { call.Output<float>(1)[row] = mean; }
            if (IsWanted(call, 2)) { call.Output<float>(2)[row] = 1f / root; }
        }
    }

    private static bool IsWanted(StepCall call, int output) => output < call.Outputs.Length && call.Node.Outputs[output].Length > 0;
}
