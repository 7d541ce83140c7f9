using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The boxes of each batch and class that are kept, best score first: a box that overlaps a kept one by more than the threshold
/// (intersection over union) is dropped. Rows of (batch, class, box). ONNX NonMaxSuppression, opset 10 to 28.
/// </summary>
internal sealed class NonMaxSuppression : IValueOperator
{
    public OperatorSchema Schema { get; } = new("NonMaxSuppression", 10, 2, 5);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact boxes = site.Float(0).WithRank(site, 0, 3, 3), scores = site.Float(1).WithRank(site, 1, 3, 3);
        if (!boxes.Dimensions[2].MayEqual(4) || !boxes.Dimensions[0].MayEqual(scores.Dimensions[0]) || !boxes.Dimensions[1].MayEqual(scores.Dimensions[2])) { throw site.Refuse($"its boxes are {boxes} and its scores {scores}; expected [batch, boxes, 4] and [batch, classes, boxes]"); }
        if (site.OptionalInput(2) is not null) { site.Input(2, ElementType.Int64); }
        if (site.OptionalInput(3) is not null) { site.Float(3); }
        if (site.OptionalInput(4) is not null) { site.Float(4); }
        if (site.Attributes.Int("center_point_box", 0) is not (0 or 1)) { throw site.Refuse($"center_point_box is {site.Attributes.Int("center_point_box")}; expected 0 or 1"); }
        return [new(ElementType.Int64, [Dimension.Unknown, 3])];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        Tensor boxes = inputs[0]!, scores = inputs[1]!;
        long most = At(inputs, 2) is { } m ? m.AsSpan<long>()[0] : 0;
        float overlap = At(inputs, 3) is { } o ? o.AsSpan<float>()[0] : 0f, least = At(inputs, 4) is { } s ? s.AsSpan<float>()[0] : float.NegativeInfinity;
        bool centred = node.Attributes.Int("center_point_box", 0) == 1;
        int count = boxes.Shape[1], classes = scores.Shape[1];
        var rows = new List<long>();
        for (int group = 0; group < boxes.Shape[0] * classes; group++)
        {
            int batch = group / classes;
            float[] score = scores.AsSpan<float>().Slice(group * count, count).ToArray();
            int[] order = [.. Enumerable.Range(0, count).Where(i => score[i] > least).OrderByDescending(i => score[i]).ThenBy(i => i)];
            var kept = new List<int>();
            foreach (int i in order)
            {
                if (kept.Count >= most) { break; }
                bool overlaps = kept.Any(k => Overlap(Box(boxes, batch, i, centred), Box(boxes, batch, k, centred)) > overlap);
                if (overlaps) { continue; }
                kept.Add(i);
                rows.AddRange([batch, group % classes, i]);
            }
        }
        return [Tensor.Create<long>([.. rows], new Shape(rows.Count / 3, 3))];
    }

    private static Tensor? At(ImmutableArray<Tensor?> inputs, int index) => index < inputs.Length ? inputs[index] : null;

    // Corners may come in any order; a centred box is (x, y, width, height).
    private static (float Top, float Left, float Bottom, float Right) Box(Tensor boxes, int batch, int index, bool centred)
    {
        ReadOnlySpan<float> b = boxes.AsSpan<float>().Slice((batch * boxes.Shape[1] + index) * 4, 4);
        return centred
            ? (b[1] - b[3] / 2f, b[0] - b[2] / 2f, b[1] + b[3] / 2f, b[0] + b[2] / 2f)
            : (MathF.Min(b[0], b[2]), MathF.Min(b[1], b[3]), MathF.Max(b[0], b[2]), MathF.Max(b[1], b[3]));
    }

    private static float Overlap((float Top, float Left, float Bottom, float Right) a, (float Top, float Left, float Bottom, float Right) b)
    {
        float height = MathF.Min(a.Bottom, b.Bottom) - MathF.Max(a.Top, b.Top), width = MathF.Min(a.Right, b.Right) - MathF.Max(a.Left, b.Left);
        if (height <= 0f || width <= 0f) { return 0f; }
        float shared = height * width, both = (a.Bottom - a.Top) * (a.Right - a.Left) + (b.Bottom - b.Top) * (b.Right - b.Left) - shared;
        return both > 0f ? shared / both : 0f;
    }
}
