using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A new axis of <c>depth</c> elements: the second value at each index (from the end when negative), the first elsewhere; nothing where an
/// index is out of range. ONNX OneHot, opset 9 to 28.
/// </summary>
internal sealed class OneHot : IOperator
{
    public OperatorSchema Schema { get; } = new("OneHot", 9, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact indices = site.Number(0), depth = site.Number(1), values = site.Input(2).WithRank(site, 2, 1, 1);
        if (Axes.Product(depth.Dimensions) is not { Size: null or 1 } || !values.Dimensions[0].MayEqual(2)) { throw site.Refuse($"its depth is {depth} and its values are {values}; expected one number and two"); }
        int axis = site.Axis(site.Attributes.Int("axis", -1), indices.Rank + 1);
        Dimension size = site.Constant(1) is { } known ? Depth(site, known) : Dimension.Unknown;
        return [new(values.Type, indices.Dimensions.Insert(axis, size))];
    }

    public void Forward(StepCall call)
    {
        Shape to = call.OutputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis", -1), to.Rank), depth = to[axis], inner = to.Count(axis + 1, to.Rank), size = call.Outputs[0].Type.SizeInBytes();
        ReadOnlySpan<byte> values = call.Input<byte>(2);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < to.Length; i++) { values[..size].CopyTo(y[(i * size)..]); }
        for (int i = 0; i < call.InputShape(0).Length; i++)
        {
            double index = Math.Truncate(Reals.Read(call, 0, i));
            if (!(index >= -depth) || index >= depth) { continue; }
            int at = i / inner * depth * inner + Axes.FromFront((long)index, depth) * inner + i % inner;
            values[size..].CopyTo(y[(at * size)..]);
        }
    }

    private static int Depth(InferenceSite site, Tensor depth)
    {
        double size = depth.Type switch
        {
            ElementType.Float32 => depth.AsSpan<float>()[0],
            ElementType.Float64 => depth.AsSpan<double>()[0],
            _ => Axes.Integers(depth) is { } numbers ? numbers[0] : depth.Bytes[0],
        };
        return size is >= 0 and <= int.MaxValue ? (int)size : throw site.Refuse($"its depth is {size}; expected 0 or more");
    }
}
