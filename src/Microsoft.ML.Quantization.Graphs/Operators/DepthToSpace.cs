using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Blocks of channels spread over the image: an output pixel (h, w) takes channel group (h mod b, w mod b) of input pixel (h/b, w/b), the group
/// outside of the channel (<c>DCR</c>) or inside (<c>CRD</c>). ONNX DepthToSpace, opset 9 to 28, any element type.
/// </summary>
internal sealed class DepthToSpace : IOperator
{
    public OperatorSchema Schema { get; } = new("DepthToSpace", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 4, 4);
        long block = site.Attributes.Int("blocksize");
        if (block is < 1 or > 1 << 12) { throw site.Refuse($"blocksize is {block}; expected 1 to {1 << 12}"); }
        long channels = x.Dimensions[1].Size ?? 0;
        if (channels % (block * block) != 0) { throw site.Refuse($"it has {channels} channels; expected a multiple of {block * block}"); }
        string mode = site.Attributes.String("mode", "DCR");
        if (mode is not ("DCR" or "CRD")) { throw site.Refuse($"mode is '{mode}'; expected DCR or CRD"); }
        return [x with { Dimensions = [x.Dimensions[0], x.Dimensions[1].Size is { } size ? (int)(size / (block * block)) : Dimension.Unknown, Axes.Product([x.Dimensions[2], (int)block]), Axes.Product([x.Dimensions[3], (int)block])] }];
    }

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int block = (int)call.Attributes.Int("blocksize"), depth = to[1];
        bool outside = call.Attributes.String("mode", "DCR") == "DCR";
        int[] strides = LayoutView.Strides(from, call.Layout);
        // Output axes in order: batch, channel, row, row in block, column, column in block.
        int group = outside ? depth * strides[1] : strides[1], channel = outside ? strides[1] : block * block * strides[1];
        if (LayoutView.Turns(to, call.Layout)) { StridedCopy.Run(call, 0, [to[0], from[2], block, from[3], block, depth], [strides[0], strides[2], group * block, strides[3], group, channel]); }
        else { StridedCopy.Run(call, 0, [to[0], depth, from[2], block, from[3], block], [strides[0], channel, strides[2], group * block, strides[3], group]); }
    }

    public Step Bind(BindSite site) => new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new AnyLayoutStep(this);
}
