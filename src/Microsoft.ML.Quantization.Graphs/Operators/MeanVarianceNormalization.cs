using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = (x − mean) / (√variance + 1e-9) over <c>axes</c> (0, 2 and 3 by default). ONNX MeanVarianceNormalization, opset 9 to 28.</summary>
internal sealed class MeanVarianceNormalization : IOperator
{
    private static readonly ImmutableArray<long> s_axes = [0, 2, 3];

    public OperatorSchema Schema { get; } = new("MeanVarianceNormalization", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0);
        site.AxisList(site.Attributes.Ints("axes") ?? s_axes, x.Rank);
        return [x];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        Span<float> y = call.Output<float>(0);
        int[] axes = [.. (call.Attributes.Ints("axes") ?? s_axes).Select(axis => Axes.FromFront(axis, shape.Rank))], strides = shape.Strides();
        int[] order = [.. Enumerable.Range(0, shape.Rank).OrderBy(axis => axes.Contains(axis))];
        int length = axes.Aggregate(1, (product, axis) => product * shape[axis]);
        float[] line = new float[length], scratch = new float[length];
        int[] index = new int[shape.Rank], offsets = new int[length];
        for (int group = 0; length > 0 && group < shape.Length / length; group++)
        {
            for (int i = 0; i < length; i++)
            {
                offsets[i] = 0;
                for (int axis = 0; axis < index.Length; axis++) { offsets[i] += index[axis] * strides[axis]; }
                line[i] = call.Input<float>(0)[offsets[i]];
                for (int k = order.Length - 1; k >= 0 && ++index[order[k]] == shape[order[k]]; k--) { index[order[k]] = 0; }
            }
            (float mean, float variance) = Moments.Of(call.Engine, line, scratch);
            for (int i = 0; i < length; i++) { y[offsets[i]] = (line[i] - mean) / (MathF.Sqrt(variance) + 1e-9f); }
        }
    }
}
