using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A cache with new entries: a copy of input 0 in which input 1 stands along <c>axis</c> from the place that input 2 gives each row of the
/// batch (0 without it), around the end where <c>mode</c> is circular. ONNX TensorScatter, opset 24 to 28, any element type.
/// </summary>
internal sealed class TensorScatter : IOperator
{
    public OperatorSchema Schema { get; } = new("TensorScatter", 24, 2, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 2 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact cache = site.Input(0).WithRank(site, 0, 2, int.MaxValue), update = site.Input(1, cache.Type).WithRank(site, 1, cache.Rank, cache.Rank);
        int axis = site.Axis(site.Attributes.Int("axis", -2), cache.Rank);
        if (axis == 0) { throw site.Refuse("axis is 0, that of the batch; expected another"); }
        if (site.Attributes.String("mode", "linear") is not ("linear" or "circular")) { throw site.Refuse($"mode is '{site.Attributes.String("mode")}'; expected linear or circular"); }
        for (int i = 0; i < cache.Rank; i++)
        {
            bool fits = i == axis ? update.Dimensions[i].Size is not { } more || cache.Dimensions[i].Size is not { } room || more <= room : update.Dimensions[i].MayEqual(cache.Dimensions[i]);
            if (!fits) { throw site.Refuse($"its cache is {cache} and its update {update}; expected the same sizes, or fewer on axis {axis}"); }
        }
        if (site.OptionalInput(2) is not null && !site.Input(2, ElementType.Int64).WithRank(site, 2, 1, 1).Dimensions[0].MayEqual(cache.Dimensions[0])) { throw site.Refuse($"its places (input 2) are {site.Input(2)}; expected one for each of {cache.Dimensions[0]} rows"); }
        return [cache];
    }

    public void Forward(StepCall call)
    {
        Shape cache = call.InputShape(0), update = call.InputShape(1);
        int axis = Axes.FromFront(call.Attributes.Int("axis", -2), cache.Rank), room = cache[axis], count = update[axis];
        int block = cache.Count(axis + 1, cache.Rank) * call.InputType(0).SizeInBytes(), groups = cache.Count(1, axis);
        bool circular = call.Attributes.String("mode", "linear") == "circular";
        Span<byte> y = call.Output<byte>(0);
        call.Input<byte>(0).CopyTo(y);
        for (int outer = 0; outer < cache.Count(0, axis); outer++)
        {
            long start = call.HasInput(2) ? call.Input<long>(2)[outer / groups] : 0;
            if (start < 0 || (!circular && start > room - count)) { throw new QuantizationException($"{call.Node}: {count} entries from place {start} on leave a cache of {room}; expected a place in 0..{room - count}."); }
            for (int i = 0; i < count; i++)
            {
                call.Input<byte>(1).Slice((outer * count + i) * block, block).CopyTo(y[((outer * room + (int)((start % room + i) % room)) * block)..]);
            }
        }
    }
}
