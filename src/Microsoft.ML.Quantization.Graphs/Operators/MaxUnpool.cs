using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The inverse of MaxPool: each element at its place, 0 elsewhere; places count in the shape without the third input, as MaxPool wrote
/// them. ONNX MaxUnpool, opset 9 to 28.
/// </summary>
internal sealed class MaxUnpool : IOperator
{
    public OperatorSchema Schema { get; } = new("MaxUnpool", 9, 2, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 5);
        TensorFact places = site.Input(1, ElementType.Int64).WithRank(site, 1, x.Rank, x.Rank);
        if (x.Dimensions.Zip(places.Dimensions).Any(pair => !pair.First.MayEqual(pair.Second))) { throw site.Refuse($"its places are {places}; expected one for each element of {x}"); }
        if (site.IsOpen(2)) { return [x.Opened()]; }
        if (site.OptionalInput(2) is not null)
        {
            ImmutableArray<long> shape = site.Setting("output_shape", 2)!.Value;
            return shape.Length == x.Rank && shape.All(size => size is >= 0 and <= int.MaxValue)
                ? [x with { Dimensions = [.. shape.Select(size => Dimension.Known((int)size))] }]
                : throw site.Refuse($"its output shape is [{string.Join(", ", shape)}]; expected {x.Rank} sizes");
        }
        return [x with { Dimensions = [x.Dimensions[0], x.Dimensions[1], .. x.Dimensions.Skip(2).Select((size, axis) => size.Size is { } known ? Grown(site.Node, x.Rank - 2, axis, known) : Dimension.Unknown)] }];
    }

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        Span<float> y = call.Output<float>(0);
        y.Clear();
        int[] plain = [from[0], from[1], .. Enumerable.Range(0, from.Rank - 2).Select(axis => Grown(call.Node, from.Rank - 2, axis, from[axis + 2]))];
        int[] strides = to.Strides(), own = new Shape(plain).Strides();
        int total = new Shape(plain).Length;
        for (int i = 0; i < from.Length; i++)
        {
            int place = Indices.Resolve(call, call.Input<long>(1)[i], total), target = 0;
            for (int axis = 0; axis < plain.Length; axis++)
            {
                int index = place / own[axis] % plain[axis];
                if (index >= to[axis]) { throw new QuantizationException($"{call.Node}: place {place} lies outside of its output {to}. Check the indices given to the model."); }
                target += index * strides[axis];
            }
            y[target] = call.Input<float>(0)[i];
        }
    }

    private static int Grown(Node node, int rank, int axis, int size)
    {
        ImmutableArray<int> kernel = WindowAttributes.Sizes(node, "kernel_shape", rank, 1, 1 << 20) ?? throw new QuantizationException($"{node}: attribute 'kernel_shape' is missing; it has no default.");
        int stride = WindowAttributes.Sizes(node, "strides", rank, 1, 1 << 20)?[axis] ?? 1;
        ImmutableArray<int>? pads = WindowAttributes.Sizes(node, "pads", 2 * rank, 0, 1 << 20);
        return checked((size - 1) * stride + kernel[axis] - (pads?[axis] ?? 0) - (pads?[axis + rank] ?? 0));
    }
}
