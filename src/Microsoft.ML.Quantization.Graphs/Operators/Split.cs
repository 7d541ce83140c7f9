using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The input cut along <c>axis</c> into parts of the given sizes, or into equal ones (the last may be smaller with <c>num_outputs</c>).
/// ONNX Split, opset 13 to 28, any element type; older models are brought to this form on import.
/// </summary>
internal sealed class Split : IOperator
{
    public OperatorSchema Schema { get; } = new("Split", 13, 1, 2, MaxOutputs: int.MaxValue);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue);
        int axis = site.Axis(site.Attributes.Int("axis", 0), x.Rank), parts = site.Node.Outputs.Length;
        Dimension size = x.Dimensions[axis];
        if (site.IsOpen(1) || (site.OptionalInput(1) is null && size.Size is null)) { return [.. Enumerable.Repeat(x with { Dimensions = x.Dimensions.SetItem(axis, Dimension.Unknown) }, parts)]; }
        ImmutableArray<long> sizes = site.Setting("split", 1) ?? Equal(site, size.Size!.Value, parts);
        if (sizes.Length != parts || sizes.Any(part => part < 0) || (size.Size is { } all && sizes.Sum() != all))
        {
            throw site.Refuse($"it splits axis {axis} of {x} into [{string.Join(", ", sizes)}]; expected {parts} sizes that add up to {size}");
        }
        return [.. sizes.Select(part => x with { Dimensions = x.Dimensions.SetItem(axis, (int)part) })];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis", 0), shape.Rank), outer = LayoutView.Outer(shape, axis, call.Layout);
        int inner = LayoutView.Inner(shape, axis, call.Layout) * call.InputType(0).SizeInBytes(), row = shape[axis] * inner, offset = 0;
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        for (int part = 0; part < call.Outputs.Length; part++)
        {
            // An output that nobody wants has an empty shape, but its place is known from its size.
            if (call.Node.Outputs[part].Length == 0) { throw new QuantizationException($"{call.Node}: part {part} has no name; expected one for each part."); }
            Span<byte> y = call.Output<byte>(part);
            int block = call.OutputShape(part)[axis] * inner;
            for (int i = 0; i < outer; i++) { x.Slice(i * row + offset, block).CopyTo(y[(i * block)..]); }
            offset += block;
        }
    }

    public Step Bind(BindSite site) => new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new AnyLayoutStep(this);

    private static ImmutableArray<long> Equal(InferenceSite site, int size, int parts)
    {
        bool stated = site.Attributes.Contains("num_outputs");
        if (stated && site.Attributes.Int("num_outputs") != parts) { throw site.Refuse($"num_outputs is {site.Attributes.Int("num_outputs")}; expected {parts}, the number of its outputs"); }
        if (!stated && size % parts != 0) { throw site.Refuse($"it splits {size} elements into {parts} equal parts; expected a multiple"); }
        int part = (size + parts - 1) / parts;
        return [.. Enumerable.Range(0, parts).Select(i => (long)Math.Clamp(size - i * part, 0, part))];
    }
}
