using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Blocks of the image gathered as channels: output channel (i, j, c) of pixel (h, w) is channel c of input pixel (h · b + i, w · b + j). ONNX SpaceToDepth, opset 9 to 28, any element type.
/// </summary>
internal sealed class SpaceToDepth : IOperator
{
    public OperatorSchema Schema { get; } = new("SpaceToDepth", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 4, 4);
        long block = site.Attributes.Int("blocksize");
        if (block is < 1 or > 1 << 12) { throw site.Refuse($"blocksize is {block}; expected 1 to {1 << 12}"); }
        Dimension height = Divide(x.Dimensions[2]), width = Divide(x.Dimensions[3]);
        return [x with { Dimensions = [x.Dimensions[0], Axes.Product([x.Dimensions[1], (int)(block * block)]), height, width] }];

        Dimension Divide(Dimension size) => size.Size is not { } known ? Dimension.Unknown
            : known % block == 0 ? (int)(known / block) : throw site.Refuse($"a spatial axis has {known} elements; expected a multiple of {block}");
    }

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int block = (int)call.Attributes.Int("blocksize");
        int[] strides = LayoutView.Strides(from, call.Layout);
        // Output axes in order: batch, row in block, column in block, channel, row, column; or row and column before those of the block.
        if (LayoutView.Turns(to, call.Layout)) { StridedCopy.Run(call, 0, [to[0], to[2], to[3], block, block, from[1]], [strides[0], block * strides[2], block * strides[3], strides[2], strides[3], strides[1]]); }
        else { StridedCopy.Run(call, 0, [to[0], block, block, from[1], to[2], to[3]], [strides[0], strides[2], strides[3], strides[1], block * strides[2], block * strides[3]]); }
    }

    public Step Bind(BindSite site) => new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new AnyLayoutStep(this);
}
