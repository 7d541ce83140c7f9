using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// softmax(softcap(scale · Q · Kᵀ) + mask) · V for each head; then the keys and values with those of the past in front, and the scores.
/// From [batch, heads, positions, size], or [batch, positions, heads · size] with <c>q_num_heads</c> and <c>kv_num_heads</c>; a key head may
/// serve several query heads. A row whose keys are all masked is 0. ONNX Attention, opset 23 to 28, computed in float32 whatever
/// <c>softmax_precision</c>.
/// </summary>
/// <remarks>Source: Vaswani et al., "Attention Is All You Need" (arXiv 1706.03762), equation 1; ONNX's description for masks and caches.</remarks>
internal sealed class Attention : IOperator
{
    public OperatorSchema Schema { get; } = new("Attention", 23, 3, 7, MaxOutputs: 4);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index is 3 or 6 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact q = Heads(site, 0, "q_num_heads"), k = Heads(site, 1, "kv_num_heads"), v = Heads(site, 2, "kv_num_heads");
        int rank = site.Input(0).Rank;
        if (site.Input(1).Rank != rank || site.Input(2).Rank != rank) { throw site.Refuse($"its query, key and value have {rank}, {site.Input(1).Rank} and {site.Input(2).Rank} axes; expected as many"); }
        bool fits = Same(k, 0, q) && Same(v, 0, q) && Same(k, 1, v) && Same(k, 2, v) && Same(k, 3, q);
        if (!fits || (q.Dimensions[1].Size is { } heads && k.Dimensions[1].Size is { } shared && (shared == 0 || heads % shared != 0)))
        {
            throw site.Refuse($"its query is {q}, its key {k} and its value {v}; expected one batch, one key for each value, one size of heads, and query heads that are a multiple of key heads");
        }
        Dimension past = 0;
        if (site.OptionalInput(4) is null != site.OptionalInput(5) is null) { throw site.Refuse("it has past keys or past values alone; expected both or neither"); }
        if (site.OptionalInput(4) is not null)
        {
            TensorFact keys = site.Float(4).WithRank(site, 4, 4, 4), values = site.Float(5).WithRank(site, 5, 4, 4);
            if (site.OptionalInput(6) is not null) { throw site.Refuse("it has a past and a number of valid keys (input 6); expected one of them"); }
            if (!Same(keys, 0, k) || !Same(keys, 1, k) || !Same(keys, 3, k) || !Same(values, 0, v) || !Same(values, 1, v) || !Same(values, 3, v) || !Same(keys, 2, values)) { throw site.Refuse($"its past is {keys} and {values} for {k} and {v}; expected the same but for the positions"); }
            past = keys.Dimensions[2];
        }
        Dimension total = past.Size is not { } before || k.Dimensions[2].Size is not { } more ? (past.Size == 0 ? k.Dimensions[2] : Dimension.Unknown) : checked(before + more);
        if (site.OptionalInput(3) is not null)
        {
            TensorFact mask = site.Input(3, ElementType.Boolean, ElementType.Float32).WithRank(site, 3, 1, 4);
            ImmutableArray<Dimension> rows = [q.Dimensions[0], q.Dimensions[1], q.Dimensions[2]];
            bool isShort = mask.Dimensions[^1].Size is not { } width || total.Size is not { } all || width <= all;
            if (!isShort || !Broadcasting.StretchesTo(mask.Dimensions[..^1], rows)) { throw site.Refuse($"its mask is {mask}; expected a shape that stretches to [{string.Join(", ", rows)}, {total}]"); }
        }
        if (site.OptionalInput(6) is not null && !site.Input(6, ElementType.Int64).WithRank(site, 6, 1, 1).Dimensions[0].MayEqual(q.Dimensions[0])) { throw site.Refuse($"its numbers of valid keys are {site.Input(6)}; expected one for each of {q.Dimensions[0]} rows"); }
        if (site.Attributes.Int("qk_matmul_output_mode", 0) is < 0 or > 3) { throw site.Refuse($"qk_matmul_output_mode is {site.Attributes.Int("qk_matmul_output_mode")}; expected 0 to 3"); }
        TensorFact y = rank == 4 ? q with { Dimensions = q.Dimensions.SetItem(3, v.Dimensions[3]) } : q with { Dimensions = [q.Dimensions[0], q.Dimensions[2], Axes.Product([q.Dimensions[1], v.Dimensions[3]])] };
        TensorFact scores = q with { Dimensions = q.Dimensions.SetItem(3, total) };
        Axes.Product(scores.Dimensions);
        return [y, k with { Dimensions = k.Dimensions.SetItem(2, total) }, v with { Dimensions = v.Dimensions.SetItem(2, total) }, scores];
    }

    public void Forward(StepCall call)
    {
        var shape = new AttentionShape(call);
        if (shape.Batch * shape.Heads * shape.Queries * shape.Total == 0)
        {
            for (int output = 0; output < call.Outputs.Length; output++) { call.Output<float>(output).Clear(); }
            return;
        }
        var bias = new AttentionBias(call, shape);
        float scale = call.Attributes.Contains("scale") ? call.Attributes.Float("scale") : 1f / MathF.Sqrt(shape.Size), cap = call.Attributes.Float("softcap", 0f);
        long mode = call.Attributes.Int("qk_matmul_output_mode", 0);
        float[] q = new float[shape.Queries * shape.Size], k = new float[shape.Total * shape.Size], v = new float[shape.Total * shape.ValueSize];
        float[] scores = new float[shape.Queries * shape.Total], result = new float[shape.Queries * shape.ValueSize];
        for (int head = 0; head < shape.Batch * shape.Heads; head++)
        {
            (int n, int h) = (head / shape.Heads, head % shape.Heads);
            int shared = h / (shape.Heads / shape.KeyHeads);
            shape.Gather(call.Input<float>(0), q, n, h, shape.Heads, shape.Queries, shape.Size);
            foreach (ref float x in q.AsSpan()) { x *= scale; }
            Present(call, shape, 1, k, n, shared, shape.Size);
            Present(call, shape, 2, v, n, shared, shape.ValueSize);
            call.Engine.MatMul(q, k, scores, shape.Queries, shape.Size, shape.Total, transposeB: true);
            if (mode == 0) { Report(call, scores, head); }
            if (cap > 0f)
            {
                foreach (ref float x in scores.AsSpan()) { x /= cap; }
                call.Engine.Tanh(scores, scores);
                foreach (ref float x in scores.AsSpan()) { x *= cap; }
            }
            if (mode == 1) { Report(call, scores, head); }
            bias.Add(call, scores, n, h);
            if (mode == 2) { Report(call, scores, head); }
            call.Engine.Softmax(scores, scores, shape.Queries, shape.Total);
            bias.ClearMaskedRows(scores);
            if (mode == 3) { Report(call, scores, head); }
            call.Engine.MatMul(scores, v, result, shape.Queries, shape.Total, shape.ValueSize);
            shape.Scatter(result, call.Output<float>(0), n, h);
        }
    }

    // One head's keys or values, those of the past in front; also as output, where wanted.
    private static void Present(StepCall call, AttentionShape shape, int input, float[] all, int n, int head, int size)
    {
        int past = shape.Past * size, place = n * shape.KeyHeads + head;
        if (past > 0) { call.Input<float>(input + 3).Slice(place * past, past).CopyTo(all); }
        shape.Gather(call.Input<float>(input), all.AsSpan(past), n, head, shape.KeyHeads, shape.Keys, size);
        if (IsWanted(call, input)) { all.CopyTo(call.Output<float>(input)[(place * all.Length)..]); }
    }

    private static void Report(StepCall call, float[] scores, int head)
    {
        if (IsWanted(call, 3)) { scores.CopyTo(call.Output<float>(3)[(head * scores.Length)..]); }
    }

    private static bool IsWanted(StepCall call, int output) => output < call.Outputs.Length && call.Node.Outputs[output].Length > 0;

    // [batch, heads, positions, size] of an input of 3 or 4 axes.
    private static TensorFact Heads(InferenceSite site, int index, string setting)
    {
        TensorFact x = site.Float(index).WithRank(site, index, 3, 4);
        if (x.Rank == 4) { return x; }
        long heads = site.Attributes.Int(setting, 0);
        if (heads is < 1 or > int.MaxValue || x.Dimensions[2].Size % heads is > 0) { throw site.Refuse($"{setting} is {heads} for input {index}, {x}; expected a number that divides its last axis"); }
        return x with { Dimensions = [x.Dimensions[0], (int)heads, x.Dimensions[1], x.Dimensions[2].Size is { } width ? (int)(width / heads) : Dimension.Unknown] };
    }

    private static bool Same(TensorFact left, int axis, TensorFact right) => left.Dimensions[axis].MayEqual(right.Dimensions[axis]);
}
