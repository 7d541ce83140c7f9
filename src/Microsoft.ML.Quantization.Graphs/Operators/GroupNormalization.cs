using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = scale · (x − mean) / √(variance + epsilon) + bias, with the moments of each group of channels of each row; scale and bias are one
/// for each group before opset 21 and one for each channel from then on. ONNX GroupNormalization, opset 18 to 28.
/// </summary>
internal sealed class GroupNormalization : IOperator
{
    public OperatorSchema Schema { get; } = new("GroupNormalization", 18, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, int.MaxValue);
        long groups = site.Attributes.Int("num_groups");
        if (groups < 1 || (x.Dimensions[1].Size is { } channels && channels % groups != 0)) { throw site.Refuse($"num_groups is {groups}; expected a divisor of the channels of {x}"); }
        Dimension expected = site.Opset < 21 ? (int)groups : x.Dimensions[1];
        site.Vector(1, expected, "scale");
        site.Vector(2, expected, "bias");
        return [x];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int channels = shape[1], plane = shape.Count(2, shape.Rank), groups = (int)call.Attributes.Int("num_groups"), perGroup = channels / groups, length = perGroup * plane;
        float epsilon = call.Attributes.Float("epsilon", 1e-5f);
        float[] scratch = new float[length];
        ReadOnlySpan<float> scale = call.Input<float>(1), bias = call.Input<float>(2);
        for (int row = 0; row < shape[0] * groups; row++)
        {
            ReadOnlySpan<float> x = call.Input<float>(0).Slice(row * length, length);
            Span<float> y = call.Output<float>(0).Slice(row * length, length);
            (float mean, float variance) = Moments.Of(call.Engine, x, scratch);
            float root = MathF.Sqrt(variance + epsilon);
            for (int i = 0; i < length; i++)
            {
                int group = row % groups, at = scale.Length == channels ? group * perGroup + i / plane : group;
                y[i] = (x[i] - mean) / root * scale[at] + bias[at];
            }
        }
    }
}
