using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = scale[c] · (x − mean) / √(variance + epsilon) + bias[c], with the moments of each channel of each row. ONNX InstanceNormalization, opset 9 to 28.</summary>
internal sealed class InstanceNormalization : IOperator
{
    public OperatorSchema Schema { get; } = new("InstanceNormalization", 9, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, int.MaxValue);
        site.Vector(1, x.Dimensions[1], "scale");
        site.Vector(2, x.Dimensions[1], "bias");
        return [x];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int channels = shape[1], length = shape.Count(2, shape.Rank);
        float epsilon = call.Attributes.Float("epsilon", 1e-5f);
        float[] scratch = new float[length];
        for (int row = 0; row < shape[0] * channels; row++)
        {
            ReadOnlySpan<float> x = call.Input<float>(0).Slice(row * length, length);
            Span<float> y = call.Output<float>(0).Slice(row * length, length);
            (float mean, float variance) = Moments.Of(call.Engine, x, scratch);
            float factor = call.Input<float>(1)[row % channels] / MathF.Sqrt(variance + epsilon), bias = call.Input<float>(2)[row % channels];
            for (int i = 0; i < length; i++) { y[i] = (x[i] - mean) * factor + bias; }
        }
    }
}
