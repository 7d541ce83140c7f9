using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The places of all elements that are not 0, one row for each axis, in row-major order. ONNX NonZero, opset 9 to 28.</summary>
internal sealed class NonZero : IValueOperator
{
    public OperatorSchema Schema { get; } = new("NonZero", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [new(ElementType.Int64, [site.Input(0).Rank, Dimension.Unknown])];

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        Tensor x = inputs[0]!;
        int size = x.Type.SizeInBytes(), rank = x.Shape.Rank;
        bool real = x.Type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16;
        var places = new List<int>();
        for (int i = 0; i < x.Length; i++)
        {
            ReadOnlySpan<byte> element = x.Bytes.Slice(i * size, size);
            // −0 is 0 too: the sign bit of a real does not count.
            bool isZero = !element[..^1].ContainsAnyExcept((byte)0) && (element[^1] & (real ? 0x7F : 0xFF)) == 0;
            if (!isZero) { places.Add(i); }
        }
        var result = new Tensor(ElementType.Int64, new Shape(rank, places.Count));
        Span<long> y = result.AsSpan<long>();
        int[] strides = x.Shape.Strides();
        for (int axis = 0; axis < rank; axis++)
        {
            for (int i = 0; i < places.Count; i++) { y[axis * places.Count + i] = places[i] / strides[axis] % x.Shape[axis]; }
        }
        return [result];
    }
}
