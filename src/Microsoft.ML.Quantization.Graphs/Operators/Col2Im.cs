using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Images [batch, channels, …] of the size in input 1 from columns [batch, channels · block, places]: each column is a block of the size in
/// input 2, and blocks that overlap are added, in the order of their elements and places. ONNX Col2Im, opset 18 to 28.
/// </summary>
internal sealed class Col2Im : IOperator
{
    private const int Largest = 1 << 24;

    public OperatorSchema Schema { get; } = new("Col2Im", 18, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 3);
        int rank = site.Count(1, "image size");
        if (rank < 1 || site.Count(2, "block size") != rank) { throw site.Refuse($"its image size has {rank} numbers and its block size {site.Count(2, "block size")}; expected as many, one or more"); }
        Windows(site.Node, rank, out _, out _, out _);
        if (site.IsOpen(1, 2)) { return [SiteChecks.OpenFact(x.Type, rank + 2)]; }
        ImmutableArray<long> image = site.Setting("image_shape", 1)!.Value, block = site.Setting("block_shape", 2)!.Value;
        if (image.Concat(block).Any(size => size is < 1 or > Largest)) { throw site.Refuse($"its image is [{string.Join(", ", image)}] and its block [{string.Join(", ", block)}]; expected sizes of 1 to {Largest}"); }
        int elements = Axes.Product(block.Select(size => (Dimension)(int)size)).Size!.Value;
        long places = 1;
        foreach (int count in Places(site.Node, image, block)) { places = Math.Min(places * count, int.MaxValue); }
        Dimension channels = x.Dimensions[1].Size is not { } rows ? Dimension.Unknown : rows % elements == 0 ? rows / elements : throw site.Refuse($"its columns are {x}; expected an axis 1 that is a multiple of the block's {elements} elements");
        if (!x.Dimensions[2].MayEqual((int)places)) { throw site.Refuse($"its columns are {x}; expected {places} places for the image [{string.Join(", ", image)}]"); }
        ImmutableArray<Dimension> result = [x.Dimensions[0], channels, .. image.Select(size => (Dimension)(int)size)];
        Axes.Product(result);
        return [x with { Dimensions = result }];
    }

    public void Forward(StepCall call)
    {
        Shape to = call.OutputShape(0);
        ImmutableArray<long> image = call.Setting("image_shape", 1)!.Value, block = call.Setting("block_shape", 2)!.Value;
        int rank = image.Length;
        Windows(call.Node, rank, out ImmutableArray<int> strides, out ImmutableArray<int> dilations, out ImmutableArray<int> pads);
        int[] counts = Places(call.Node, image, block), own = to.Strides();
        int places = counts.Aggregate(1, (product, count) => product * count), elements = (int)block.Aggregate(1L, (product, size) => product * size), pixels = to.Count(2, to.Rank);
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        y.Clear();
        for (int column = 0; column < elements * places; column++)
        {
            int target = 0;
            for (int axis = rank - 1, element = column / places, place = column % places; axis >= 0 && target >= 0; axis--)
            {
                int at = place % counts[axis] * strides[axis] - pads[axis] + (int)(element % block[axis]) * dilations[axis];
                target = (uint)at < (uint)to[axis + 2] ? target + at * own[axis + 2] : -1;
                (element, place) = (element / (int)block[axis], place / counts[axis]);
            }
            for (int map = 0; target >= 0 && map < to[0] * to[1]; map++) { y[map * pixels + target] += x[map * elements * places + column]; }
        }
    }

    private static void Windows(Node node, int rank, out ImmutableArray<int> strides, out ImmutableArray<int> dilations, out ImmutableArray<int> pads)
    {
        strides = WindowAttributes.Sizes(node, "strides", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)];
        dilations = WindowAttributes.Sizes(node, "dilations", rank, 1, Largest) ?? [.. Enumerable.Repeat(1, rank)];
        pads = WindowAttributes.Sizes(node, "pads", 2 * rank, 0, Largest) ?? [.. Enumerable.Repeat(0, 2 * rank)];
    }

    private static int[] Places(Node node, ImmutableArray<long> image, ImmutableArray<long> block)
    {
        int rank = image.Length;
        Windows(node, rank, out ImmutableArray<int> strides, out ImmutableArray<int> dilations, out ImmutableArray<int> pads);
        int[] counts = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            long room = image[axis] + pads[axis] + pads[axis + rank] - dilations[axis] * (block[axis] - 1) - 1;
            counts[axis] = room < 0 ? throw new QuantizationException($"{node}: a block of {block[axis]} does not fit axis {axis} of the image [{string.Join(", ", image)}]; expected a smaller block or larger pads.") : (int)(room / strides[axis] + 1);
        }
        return counts;
    }
}
