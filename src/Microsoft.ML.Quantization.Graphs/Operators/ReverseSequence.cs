using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The first <c>sequence_lens[b]</c> elements along <c>time_axis</c> in reverse order, for each index b of <c>batch_axis</c>; the rest as
/// it is. ONNX ReverseSequence, opset 10 to 28, any element type.
/// </summary>
internal sealed class ReverseSequence : IOperator
{
    public OperatorSchema Schema { get; } = new("ReverseSequence", 10, 2, 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 2, int.MaxValue), lengths = site.Input(1, ElementType.Int64).WithRank(site, 1, 1, 1);
        (long batch, long time) = (site.Attributes.Int("batch_axis", 1), site.Attributes.Int("time_axis", 0));
        if (batch + time != 1 || batch is < 0 or > 1) { throw site.Refuse($"batch_axis is {batch} and time_axis {time}; expected 0 and 1, or 1 and 0"); }
        return lengths.Dimensions[0].MayEqual(x.Dimensions[(int)batch]) ? [x] : throw site.Refuse($"its lengths are {lengths}; expected one for each index of axis {batch} of {x}");
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int batch = (int)call.Attributes.Int("batch_axis", 1), time = 1 - batch, block = shape.Count(2, shape.Rank) * call.InputType(0).SizeInBytes();
        int[] strides = [shape[1] * block, block];
        for (int b = 0; b < shape[batch]; b++)
        {
            long length = call.Input<long>(1)[b];
            if (length < 0 || length > shape[time]) { throw new QuantizationException($"{call.Node}: sequence {b} has length {length}; expected 0 to {shape[time]}."); }
            for (int t = 0; t < shape[time]; t++)
            {
                int source = t < length ? (int)length - 1 - t : t;
                call.Input<byte>(0).Slice(b * strides[batch] + source * strides[time], block).CopyTo(call.Output<byte>(0)[(b * strides[batch] + t * strides[time])..]);
            }
        }
    }
}
