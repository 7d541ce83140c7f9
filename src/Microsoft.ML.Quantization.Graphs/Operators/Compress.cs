using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The slices along <c>axis</c> (or elements, without one) where the condition is true. ONNX Compress, opset 9 to 28, any element type.</summary>
internal sealed class Compress : IValueOperator
{
    public OperatorSchema Schema { get; } = new("Compress", 9, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue);
        site.Input(1, ElementType.Boolean).WithRank(site, 1, 1, 1);
        return site.Attributes.Contains("axis")
            ? [x with { Dimensions = x.Dimensions.SetItem(site.Axis(site.Attributes.Int("axis"), x.Rank), Dimension.Unknown) }]
            : [SiteChecks.OpenFact(x.Type, 1)];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        Tensor x = inputs[0]!, condition = inputs[1]!;
        Shape shape = node.Attributes.Contains("axis") ? x.Shape : new Shape(x.Length);
        int axis = Axes.FromFront(node.Attributes.Int("axis", 0), shape.Rank), inner = shape.Count(axis + 1, shape.Rank) * x.Type.SizeInBytes();
        if (condition.Length > shape[axis]) { throw new QuantizationException($"{node}: its condition has {condition.Length} elements; expected at most {shape[axis]}."); }
        int[] kept = [.. Enumerable.Range(0, condition.Length).Where(i => condition.Bytes[i] != 0)];
        var result = new Tensor(x.Type, new Shape([.. shape.Sizes.SetItem(axis, kept.Length)]));
        int target = 0;
        for (int outer = 0; outer < shape.Count(0, axis); outer++)
        {
            foreach (int index in kept)
            {
                x.Bytes.Slice((outer * shape[axis] + index) * inner, inner).CopyTo(result.Bytes[target..]);
                target += inner;
            }
        }
        return [result];
    }
}
