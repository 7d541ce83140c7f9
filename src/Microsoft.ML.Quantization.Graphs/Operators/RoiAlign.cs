using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Regions of feature maps [batch, channels, height, width] at one size: region i is the box of input 1 (left, top, right, bottom, times
/// <c>spatial_scale</c>) in map input 2[i], cut into <c>output_height</c> · <c>output_width</c> bins; each is the mean of bilinear samples, or
/// the largest weighted neighbour of all samples (<c>max</c>). ONNX RoiAlign, opset 10 to 28; coordinates are shifted by half a pixel from 16 on.
/// </summary>
/// <remarks>Source: He et al., "Mask R-CNN" (arXiv 1703.06870), section 3, and ONNX's node tests for <c>max</c>.</remarks>
internal sealed class RoiAlign : IOperator
{
    private const int Largest = 1 << 12;

    public OperatorSchema Schema { get; } = new("RoiAlign", 10, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 4, 4), boxes = site.Float(1).WithRank(site, 1, 2, 2), maps = site.Input(2, ElementType.Int64).WithRank(site, 2, 1, 1);
        if (!boxes.Dimensions[1].MayEqual(4) || !boxes.Dimensions[0].MayEqual(maps.Dimensions[0])) { throw site.Refuse($"its boxes are {boxes} and their maps {maps}; expected [boxes, 4] and [boxes]"); }
        if (site.Attributes.String("mode", "avg") is not ("avg" or "max")) { throw site.Refuse($"mode is '{site.Attributes.String("mode")}'; expected avg or max"); }
        if (site.Attributes.String("coordinate_transformation_mode", "half_pixel") is not ("half_pixel" or "output_half_pixel")) { throw site.Refuse($"coordinate_transformation_mode is '{site.Attributes.String("coordinate_transformation_mode")}'; expected half_pixel or output_half_pixel"); }
        long height = site.Attributes.Int("output_height", 1), width = site.Attributes.Int("output_width", 1), samples = site.Attributes.Int("sampling_ratio", 0);
        if (height is < 1 or > Largest || width is < 1 or > Largest || samples is < 0 or > Largest) { throw site.Refuse($"its output is {height} × {width} with {samples} samples; expected 1 to {Largest}, and 0 to {Largest} samples"); }
        ImmutableArray<Dimension> result = [boxes.Dimensions[0].Merge(maps.Dimensions[0]), x.Dimensions[1], (int)height, (int)width];
        Axes.Product(result);
        return [x with { Dimensions = result }];
    }

    /// <summary>The meaning from opset 16 on; a call does not know its operator set, a bound step does.</summary>
    public void Forward(StepCall call) => Run(call, 16);

    public Step Bind(BindSite site) => new AlignStep(site.Opset);

    private static void Run(StepCall call, int opset)
    {
        Shape maps = call.InputShape(0), to = call.OutputShape(0);
        float scale = call.Attributes.Float("spatial_scale", 1f);
        bool half = call.Attributes.String("coordinate_transformation_mode", opset < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel", isMax = call.Attributes.String("mode", "avg") == "max";
        int stated = (int)call.Attributes.Int("sampling_ratio", 0), height = maps[2], width = maps[3];
        Span<float> y = call.Output<float>(0);
        for (int region = 0; region < to[0]; region++)
        {
            ReadOnlySpan<float> box = call.Input<float>(1).Slice(region * 4, 4);
            int map = Indices.Resolve(call, call.Input<long>(2)[region], maps[0]);
            float shift = half ? 0.5f : 0f, left = box[0] * scale - shift, top = box[1] * scale - shift;
            float wide = box[2] * scale - shift - left, tall = box[3] * scale - shift - top;
            if (!half) { (wide, tall) = (MathF.Max(wide, 1f), MathF.Max(tall, 1f)); }
            float binHeight = tall / to[2], binWidth = wide / to[3];
            (int rows, int columns) = stated > 0 ? (stated, stated) : (Samples(call, binHeight), Samples(call, binWidth));
            for (int bin = 0; bin < to[2] * to[3]; bin++)
            {
                for (int channel = 0; channel < to[1]; channel++)
                {
                    ReadOnlySpan<float> x = call.Input<float>(0).Slice((map * maps[1] + channel) * height * width, height * width);
                    float result = isMax && rows * columns > 0 ? float.NegativeInfinity : 0f;
                    for (int sample = 0; sample < rows * columns; sample++)
                    {
                        float row = top + bin / to[3] * binHeight + (sample / columns + 0.5f) * binHeight / rows, column = left + bin % to[3] * binWidth + (sample % columns + 0.5f) * binWidth / columns;
                        result = isMax ? MathF.Max(result, Neighbours(x, height, width, row, column, isMax)) : result + Neighbours(x, height, width, row, column, isMax);
                    }
                    y[(region * to[1] + channel) * to[2] * to[3] + bin] = isMax ? result : result / Math.Max(rows * columns, 1);
                }
            }
        }
    }

    // Between the four pixels around a place, or the largest of their weighted values.
    private static float Neighbours(ReadOnlySpan<float> x, int height, int width, float row, float column, bool isMax)
    {
        if (!(row >= -1f && row <= height && column >= -1f && column <= width) || x.IsEmpty) { return 0f; }
        (row, column) = (MathF.Min(MathF.Max(row, 0f), height - 1), MathF.Min(MathF.Max(column, 0f), width - 1));
        int top = (int)row, left = (int)column, bottom = Math.Min(top + 1, height - 1), right = Math.Min(left + 1, width - 1);
        float down = row - top, across = column - left;
        float a = (1f - down) * (1f - across) * x[top * width + left], b = (1f - down) * across * x[top * width + right];
        float c = down * (1f - across) * x[bottom * width + left], d = down * across * x[bottom * width + right];
        return isMax ? MathF.Max(MathF.Max(a, b), MathF.Max(c, d)) : a + b + c + d;
    }

    private static int Samples(StepCall call, float size) => MathF.Ceiling(size) is var samples && samples <= Largest
        ? Math.Max(0, (int)samples)
        : throw new QuantizationException($"{call.Node}: a bin of a box is {size} pixels large; expected at most {Largest}. Check the boxes given to the model.");

    private sealed class AlignStep(int opset) : Step
    {
        public override void Run(StepCall call) => RoiAlign.Run(call, opset);
    }
}
