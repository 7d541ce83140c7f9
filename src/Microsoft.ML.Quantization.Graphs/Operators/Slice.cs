using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Every step-th element from start up to end (or down to it) on some axes; ends behind an axis are cut. ONNX Slice, opset 9 to 28:
/// starts, ends, axes are attributes before opset 10 and constant inputs from then on, with steps.
/// </summary>
internal sealed class Slice : IOperator
{
    public OperatorSchema Schema { get; } = new("Slice", 9, 1, 5);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        if (site.IsOpen(1, 2, 3, 4)) { return [x.Opened()]; }
        ImmutableArray<long> starts = site.Setting("starts", 1) ?? throw site.Refuse("its starts are missing"), ends = site.Setting("ends", 2) ?? throw site.Refuse("its ends are missing");
        ImmutableArray<int> axes = site.AxisList(site.Setting("axes", 3) ?? Count(starts.Length), x.Rank);
        ImmutableArray<long> steps = site.Setting("steps", 4) ?? [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
        {
            throw site.Refuse($"it has {starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps; expected as many of each");
        }
        if (steps.Contains(0)) { throw site.Refuse("a step is 0; expected another number"); }
        Dimension[] dimensions = [.. x.Dimensions];
        for (int i = 0; i < axes.Length; i++)
        {
            bool whole = starts[i] == 0 && ends[i] >= int.MaxValue && steps[i] == 1;
            if (!whole) { dimensions[axes[i]] = x.Dimensions[axes[i]].Size is { } size ? Range(size, starts[i], ends[i], steps[i]).Length : Dimension.Unknown; }
        }
        return [x with { Dimensions = [.. dimensions] }];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        ImmutableArray<long> starts = call.Setting("starts", 1)!.Value, ends = call.Setting("ends", 2)!.Value;
        ImmutableArray<long> axes = call.Setting("axes", 3) ?? Count(starts.Length), steps = call.Setting("steps", 4) ?? [.. starts.Select(_ => 1L)];
        int[] strides = LayoutView.Strides(shape, call.Layout);
        int first = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Axes.FromFront(axes[i], shape.Rank);
            (int start, int length) = Range(shape[axis], starts[i], ends[i], steps[i]);
            if (length == 0) { return; }
            first += start * strides[axis];
            // A step further than the axis leaves one element: its stride is never used.
            strides[axis] *= (int)Math.Clamp(steps[i], -shape[axis], shape[axis]);
        }
        StridedCopy.Run(call, first, LayoutView.InMemory<int>(call.OutputShape(0).Sizes.AsSpan(), call.Layout), LayoutView.InMemory<int>(strides, call.Layout));
    }

    public Step Bind(BindSite site) => new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new AnyLayoutStep(this);

    private static (int Start, int Length) Range(int size, long start, long end, long step)
    {
        long least = step > 0 ? 0 : -1, most = step > 0 ? size : size - 1;
        long from = Math.Clamp(start < 0 ? start + size : start, step > 0 ? 0 : -1, most), to = Math.Clamp(end < 0 ? end + size : end, least, most);
        // In 128 bits: a step may be the smallest integer there is.
        Int128 length = step > 0 ? ((Int128)to - from + step - 1) / step : ((Int128)from - to - step - 1) / -(Int128)step;
        return ((int)from, (int)Int128.Max(0, length));
    }

    private static ImmutableArray<long> Count(int length) => [.. Enumerable.Range(0, length).Select(axis => (long)axis)];
}
