using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A matrix of the axes before <c>axis</c> times the axes from it on. ONNX Flatten, opset 9 to 28.</summary>
internal sealed class Flatten() : CopyOperator(new("Flatten", 9, 1, 1), BufferLayout.RowMajor)
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        long axis = site.Attributes.Int("axis", 1);
        // Unlike other axes this one may lie behind the last.
        int split = axis == x.Rank ? x.Rank : site.Axis(axis, x.Rank);
        return [new(x.Type, [Axes.Product(x.Dimensions.Take(split)), Axes.Product(x.Dimensions.Skip(split))])];
    }
}
