using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y[…, i] = x[…, indices[i]] with the indices in one row; a vector becomes a matrix of one row. The class of each row as scikit-learn's
/// exporter writes it. ONNX ai.onnx.ml ArrayFeatureExtractor, version 1, any element type.
/// </summary>
internal sealed class ArrayFeatureExtractor : IOperator
{
    public OperatorSchema Schema { get; } = new("ArrayFeatureExtractor", 9, 2, 2, Domain: "ai.onnx.ml");

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue);
        Dimension count = Axes.Product(site.Input(1, ElementType.Int64).Dimensions);
        return [x with { Dimensions = x.Rank == 1 ? [1, count] : [.. x.Dimensions[..^1], count] }];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int columns = shape[shape.Rank - 1], size = call.InputType(0).SizeInBytes(), target = 0;
        for (int row = 0; row < shape.Count(0, shape.Rank - 1); row++)
        {
            foreach (long index in call.Input<long>(1))
            {
                call.Input<byte>(0).Slice((row * columns + Indices.Resolve(call, index, columns)) * size, size).CopyTo(call.Output<byte>(0)[target..]);
                target += size;
            }
        }
    }
}
