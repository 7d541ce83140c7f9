using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Where each pixel of an image of the size in input 1 ([batch, channels, …]) is read: its place in −1..1, last axis first, and a 1, times
/// the matrices [batch, 2, 3] or [batch, 3, 4] of input 0. For GridSample. ONNX AffineGrid, opset 20 to 28.
/// </summary>
internal sealed class AffineGrid : IOperator
{
    public OperatorSchema Schema { get; } = new("AffineGrid", 20, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact theta = site.Float(0).WithRank(site, 0, 3, 3);
        int rank = site.Count(1, "size") - 2;
        if (rank is not (2 or 3) || !theta.Dimensions[1].MayEqual(rank) || !theta.Dimensions[2].MayEqual(rank + 1)) { throw site.Refuse($"its matrices are {theta} for a size of {rank + 2} numbers; expected [batch, 2, 3] for 4 or [batch, 3, 4] for 5"); }
        if (site.IsOpen(1)) { return [theta with { Dimensions = [theta.Dimensions[0], .. Enumerable.Repeat(Dimension.Unknown, rank), rank] }]; }
        ImmutableArray<long> size = site.Setting("size", 1)!.Value;
        if (size.Any(count => count is < 1 or > int.MaxValue) || !theta.Dimensions[0].MayEqual((int)size[0])) { throw site.Refuse($"its size is [{string.Join(", ", size)}] for the matrices {theta}; expected sizes of 1 or more and the same batch"); }
        ImmutableArray<Dimension> result = [(int)size[0], .. size.Skip(2).Select(count => (Dimension)(int)count), rank];
        Axes.Product(result);
        return [theta with { Dimensions = result }];
    }

    public void Forward(StepCall call)
    {
        Shape to = call.OutputShape(0);
        int rank = to.Rank - 2, pixels = to.Count(1, rank + 1);
        bool corners = call.Attributes.Int("align_corners", 0) != 0;
        int[] strides = to.Strides();
        ReadOnlySpan<float> theta = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        Span<float> place = stackalloc float[3];
        for (int i = 0; i < to[0] * pixels; i++)
        {
            for (int axis = 0; axis < rank; axis++)
            {
                int size = to[axis + 1], at = i * rank / strides[axis + 1] % size;
                place[rank - 1 - axis] = !corners ? (2f * at + 1f) / size - 1f : size == 1 ? -1f : 2f * at / (size - 1) - 1f;
            }
            for (int row = 0; row < rank; row++)
            {
                ReadOnlySpan<float> factors = theta.Slice((i / pixels * rank + row) * (rank + 1), rank + 1);
                float sum = factors[rank];
                for (int k = 0; k < rank; k++) { sum = MathF.FusedMultiplyAdd(factors[k], place[k], sum); }
                y[i * rank + row] = sum;
            }
        }
    }
}
