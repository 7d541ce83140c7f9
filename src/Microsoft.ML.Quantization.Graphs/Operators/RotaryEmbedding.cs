using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Pairs of elements of each head turned by the angle of their position: (a, b) becomes (a · cos − b · sin, a · sin + b · cos). Pairs are
/// the two halves of the first <c>rotary_embedding_dim</c> elements, or neighbours where <c>interleaved</c>; the rest is kept. From
/// [batch, heads, positions, size], or [batch, positions, heads · size] with <c>num_heads</c>. ONNX RotaryEmbedding, opset 23 to 28.
/// </summary>
/// <remarks>Source: Su et al., "RoFormer" (arXiv 2104.09864), equation 34.</remarks>
internal sealed class RotaryEmbedding : IOperator
{
    public OperatorSchema Schema { get; } = new("RotaryEmbedding", 23, 3, 4);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 4), cos = site.Float(1), sin = site.Float(2);
        bool hasPositions = site.OptionalInput(3) is not null;
        if (hasPositions) { site.Input(3, ElementType.Int64).WithRank(site, 3, 2, 2); }
        int rank = hasPositions ? 2 : 3;
        cos.WithRank(site, 1, rank, rank);
        if (!cos.Dimensions.Zip(sin.WithRank(site, 2, rank, rank).Dimensions).All(pair => pair.First.MayEqual(pair.Second))) { throw site.Refuse($"its cosines are {cos} and its sines {sin}; expected the same shape"); }
        long heads = site.Attributes.Int("num_heads", 0), turned = site.Attributes.Int("rotary_embedding_dim", 0);
        if (x.Rank == 3 && heads < 1) { throw site.Refuse($"num_heads is {heads} and its input {x}; expected the number of heads for an input of 3 axes"); }
        if (x.Dimensions[^1].Size is not { } width) { return [x]; }
        if (x.Rank == 3 && width % heads != 0) { throw site.Refuse($"its input is {x}; expected a last axis that {heads} heads share"); }
        long size = x.Rank == 3 ? width / heads : width;
        turned = turned == 0 ? size : turned;
        if (turned < 0 || turned > size || turned % 2 != 0 || !cos.Dimensions[^1].MayEqual((int)(turned / 2))) { throw site.Refuse($"it turns {turned} of {size} elements with cosines {cos}; expected an even number, and half as many cosines"); }
        return [x];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0), table = call.InputShape(1);
        bool isFlat = shape.Rank == 3, interleaved = call.Attributes.Int("interleaved", 0) != 0;
        int batch = shape[0], positions = isFlat ? shape[1] : shape[2], heads = isFlat ? (int)call.Attributes.Int("num_heads") : shape[1], size = shape[shape.Rank - 1] / (isFlat ? heads : 1);
        int turned = call.Attributes.Int("rotary_embedding_dim", 0) is > 0 and var stated ? (int)stated : size, half = turned / 2;
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        x.CopyTo(y);
        Check(call, batch, positions, half);
        for (int row = 0; row < batch * positions * heads; row++)
        {
            (int n, int position, int head) = (row / heads / positions, row / heads % positions, row % heads);
            int first = isFlat ? row * size : ((n * heads + head) * positions + position) * size;
            int angle = (call.HasInput(3) ? Indices.Resolve(call, call.Input<long>(3)[n * positions + position], table[0]) : n * positions + position) * half;
            for (int i = 0; i < half; i++)
            {
                int a = first + (interleaved ? 2 * i : i), b = first + (interleaved ? 2 * i + 1 : i + half);
                float cos = call.Input<float>(1)[angle + i], sin = call.Input<float>(2)[angle + i];
                y[a] = cos * x[a] - sin * x[b];
                y[b] = sin * x[a] + cos * x[b];
            }
        }
    }

    private static void Check(StepCall call, int batch, int positions, int half)
    {
        Shape table = call.InputShape(1);
        bool fits = table == call.InputShape(2) && table[table.Rank - 1] == half
            && (call.HasInput(3) ? call.InputShape(3) == new Shape(batch, positions) : table[0] == batch && table[1] == positions);
        if (!fits) { throw new QuantizationException($"{call.Node}: its cosines are {table} and its sines {call.InputShape(2)} for {batch} rows of {positions} positions; expected {half} of each for every position."); }
    }
}
