using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Slices of x at places whose first indices stand in the last axis of the indices; the first <c>batch_dims</c> axes of both go together.
/// ONNX GatherND, opset 11 to 28, any element type.
/// </summary>
internal sealed class GatherND : IOperator
{
    public OperatorSchema Schema { get; } = new("GatherND", 11, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue), indices = site.Input(1, ElementType.Int64).WithRank(site, 1, 1, int.MaxValue);
        long batch = site.Attributes.Int("batch_dims", 0);
        int depth = indices.Dimensions[^1].Size ?? throw site.Refuse($"its indices are {indices}; expected a known size of the last axis");
        if (batch < 0 || batch >= Math.Min(x.Rank, indices.Rank) || depth < 1 || depth > x.Rank - batch) { throw site.Refuse($"its indices {indices} hold {depth} numbers for each place of {x} behind {batch} batch axes; expected 1 to {x.Rank - batch}"); }
        return [new(x.Type, [.. indices.Dimensions[..^1], .. x.Dimensions[((int)batch + depth)..]])];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0), places = call.InputShape(1);
        int batch = (int)call.Attributes.Int("batch_dims", 0), depth = places[places.Rank - 1], count = depth == 0 ? 0 : places.Length / depth;
        int batches = shape.Count(0, batch), block = shape.Count(batch + depth, shape.Rank) * call.InputType(0).SizeInBytes(), perBatch = count / Math.Max(1, batches);
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < count; i++)
        {
            int place = i / perBatch;
            for (int k = 0; k < depth; k++) { place = place * shape[batch + k] + Indices.Resolve(call, call.Input<long>(1)[i * depth + k], shape[batch + k]); }
            x.Slice(place * block, block).CopyTo(y[(i * block)..]);
        }
    }
}
