using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The middle of x where the sizes of input 1 (for <c>axes</c>, all by default) are smaller, x in the middle of zeros where they are larger;
/// of an odd difference the smaller half lies in front. ONNX CenterCropPad, opset 18 to 28, any element type.
/// </summary>
internal sealed class CenterCropPad : IOperator
{
    public OperatorSchema Schema { get; } = new("CenterCropPad", 18, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue);
        ImmutableArray<int> axes = site.AxisList(site.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(axis => (long)axis)], x.Rank);
        site.Input(1, ElementType.Int64, ElementType.Int32).WithRank(site, 1, 1, 1);
        Dimension[] sizes = [.. x.Dimensions];
        if (site.IsOpen(1))
        {
            foreach (int axis in axes) { sizes[axis] = Dimension.Unknown; }
            return [x with { Dimensions = [.. sizes] }];
        }
        ImmutableArray<long> wanted = site.Setting("shape", 1)!.Value;
        if (wanted.Length != axes.Length || wanted.Any(size => size is < 0 or > int.MaxValue)) { throw site.Refuse($"its sizes are [{string.Join(", ", wanted)}]; expected {axes.Length} sizes"); }
        for (int i = 0; i < axes.Length; i++) { sizes[axes[i]] = (int)wanted[i]; }
        Axes.Product(sizes);
        return [x with { Dimensions = [.. sizes] }];
    }

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int size = call.InputType(0).SizeInBytes();
        int[] strides = from.Strides(), targets = to.Strides();
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        y.Clear();
        for (int target = 0; target < to.Length; target++)
        {
            int source = 0;
            for (int axis = 0; axis < from.Rank && source >= 0; axis++)
            {
                int more = to[axis] - from[axis], place = target / targets[axis] % to[axis] - (more > 0 ? more / 2 : -(-more / 2));
                source = (uint)place < (uint)from[axis] ? source + place * strides[axis] : -1;
            }
            if (source >= 0) { x.Slice(source * size, size).CopyTo(y[(target * size)..]); }
        }
    }
}
