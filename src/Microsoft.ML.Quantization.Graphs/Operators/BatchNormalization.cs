using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// <c>y = (x − mean[c]) · (scale[c] / √(var[c] + epsilon)) + bias[c]</c> for each channel c of axis 1. ONNX BatchNormalization, opset 9 to
/// 21, inference only.
/// </summary>
/// <remarks>Normative order: the factor is rounded once for each channel; then subtract, multiply and add, each rounded.</remarks>
internal sealed class BatchNormalization : IOperator
{
    public OperatorSchema Schema { get; } = new("BatchNormalization", 9, 5, 5, MaxOutputs: 5);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputUsesDifferentObserverAsInput,
        IsSetting = static index => index > 0,
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        bool trains = site.Attributes.Int("training_mode", 0) != 0 || site.Node.Outputs.Skip(1).Any(output => output.Length > 0);
        site.Unsupported(trains, "training mode", "export the model for inference");
        TensorFact x = site.Float(0).WithRank(site, 0, 2, int.MaxValue);
        site.Vector(1, x.Dimensions[1], "scale");
        site.Vector(2, x.Dimensions[1], "bias");
        site.Vector(3, x.Dimensions[1], "mean");
        site.Vector(4, x.Dimensions[1], "variance");
        return [x];
    }

    public Step Bind(BindSite site)
    {
        if (site.Constant(1) is not { } scale || site.Constant(2) is not { } bias || site.Constant(3) is not { } mean || site.Constant(4) is not { Length: > 0 } variance) { return new ForwardStep(this, site.Node); }
        float epsilon = site.Node.Attributes.Float("epsilon", 1e-5f);
        float[] factor = scale.AsSpan<float>().ToArray();
        for (int c = 0; c < factor.Length; c++) { factor[c] /= MathF.Sqrt(variance.AsSpan<float>()[c] + epsilon); }
        return new ChannelNormalizationStep(mean.AsSpan<float>().ToArray(), factor, bias.AsSpan<float>().ToArray());
    }

    public void Forward(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0), scale = call.Input<float>(1), bias = call.Input<float>(2), mean = call.Input<float>(3), variance = call.Input<float>(4);
        Span<float> y = call.Output<float>(0);
        float epsilon = call.Attributes.Float("epsilon", 1e-5f);
        Shape shape = call.InputShape(0);
        int channels = shape[1], inner = shape.Count(2, shape.Rank);
        for (int row = 0; row < shape[0] * channels; row++)
        {
            int c = row % channels;
            float factor = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            for (int i = row * inner; i < (row + 1) * inner; i++) { y[i] = (x[i] - mean[c]) * factor + bias[c]; }
        }
    }
}
