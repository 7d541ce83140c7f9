using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Pixels of x [batch, channels, …] at the places of input 1 ([batch, …, axes], in −1..1, last axis first): the nearest, or between
/// neighbours (<c>linear</c>, <c>cubic</c> with a = −0.75). Outside are zeros, the border or a reflection. ONNX GridSample, opset 16 to 28;
/// up to 19 the modes are called bilinear and bicubic.
/// </summary>
internal sealed class GridSample : IOperator
{
    public OperatorSchema Schema { get; } = new("GridSample", 16, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, int.MaxValue), grid = site.Float(1).WithRank(site, 1, x.Rank, x.Rank);
        if (Taps(site.Attributes) == 0) { throw site.Refuse($"mode is '{site.Attributes.String("mode")}'; expected nearest, linear or cubic (bilinear or bicubic up to operator set 19)"); }
        if (site.Attributes.String("padding_mode", "zeros") is not ("zeros" or "border" or "reflection")) { throw site.Refuse($"padding_mode is '{site.Attributes.String("padding_mode")}'; expected zeros, border or reflection"); }
        if (!grid.Dimensions[^1].MayEqual(x.Rank - 2) || !grid.Dimensions[0].MayEqual(x.Dimensions[0])) { throw site.Refuse($"its grid is {grid} for {x}; expected the same batch and {x.Rank - 2} numbers for each place"); }
        ImmutableArray<Dimension> result = [x.Dimensions[0].Merge(grid.Dimensions[0]), x.Dimensions[1], .. grid.Dimensions[1..^1]];
        Axes.Product(result);
        return [x with { Dimensions = result }];
    }

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int rank = from.Rank - 2, places = to.Count(2, to.Rank), pixels = from.Count(2, from.Rank), taps = Taps(call.Attributes);
        if (places == 0 || to.Length == 0) { return; }
        if (call.InputShape(1)[0] != from[0] || call.InputShape(1)[rank + 1] != rank || pixels == 0) { throw new QuantizationException($"{call.Node}: its grid is {call.InputShape(1)} for {from}; expected the same batch, {rank} numbers for each place, and an image with pixels."); }
        var axes = new GridAxis[rank];
        for (int axis = 0; axis < rank; axis++) { axes[axis] = new GridAxis(call.Attributes, from[axis + 2], taps); }
        int[] strides = from.Strides();
        int corners = 1;
        for (int axis = 0; axis < rank; axis++) { corners = checked(corners * taps); }
        int[] sources = new int[corners];
        float[] weights = new float[corners];
        ReadOnlySpan<float> x = call.Input<float>(0), grid = call.Input<float>(1);
        Span<float> y = call.Output<float>(0);
        for (int i = 0; i < from[0] * places; i++)
        {
            for (int axis = 0; axis < rank; axis++) { axes[axis].Locate(grid[i * rank + rank - 1 - axis]); }
            for (int corner = 0; corner < corners; corner++)
            {
                (int source, float weight) = (0, 1f);
                for (int axis = rank - 1, rest = corner; axis >= 0; axis--, rest /= taps)
                {
                    int pixel = axes[axis].Pixels[rest % taps];
                    source = pixel < 0 || source < 0 ? -1 : source + pixel * strides[axis + 2];
                    weight *= axes[axis].Weights[rest % taps];
                }
                (sources[corner], weights[corner]) = (source, weight);
            }
            int image = i / places * from[1];
            for (int channel = image; channel < image + from[1]; channel++)
            {
                float sum = 0f;
                for (int corner = 0; corner < corners; corner++)
                {
                    if (sources[corner] >= 0) { sum = MathF.FusedMultiplyAdd(weights[corner], x[channel * pixels + sources[corner]], sum); }
                }
                y[channel * places + i % places] = sum;
            }
        }
    }

    private static int Taps(NodeAttributes attributes) => attributes.String("mode", "linear") switch
    {
        "nearest" => 1,
        "linear" or "bilinear" => 2,
        "cubic" or "bicubic" => 4,
        _ => 0,
    };
}
