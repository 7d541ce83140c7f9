using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>A tensor as lanes along one axis: each lane is read, a new lane of another length is written with the indices it came from.</summary>
internal static class AxisLanes
{
    /// <summary>Reads a lane of codes; writes codes and their indices.</summary>
    public delegate void Lane(ReadOnlySpan<int> codes, Span<int> values, Span<long> indices);

    /// <summary>Applies <paramref name="lane"/> along an axis whose size becomes <paramref name="size"/>.</summary>
    public static ValuesAndIndices Map(QuantizedTensor tensor, int axis, int size, Lane lane)
    {
        ChannelLayout layout = ChannelLayout.Of(tensor.Shape, axis);
        var shape = new Shape(tensor.Shape.Sizes.SetItem(axis, size).AsSpan());
        int[] codes = DenseCodes.Read(tensor), found = new int[shape.Length], from = new int[layout.Channels], to = new int[size];
        long[] indices = new long[shape.Length], where = new long[size];
        for (int start = 0; start < layout.Outer * layout.Inner; start++)
        {
            (int outer, int inner) = (start / layout.Inner, start % layout.Inner);
            for (int i = 0; i < from.Length; i++) { from[i] = codes[(outer * layout.Channels + i) * layout.Inner + inner]; }
            lane(from, to, where);
            for (int i = 0; i < size; i++)
            {
                int at = (outer * size + i) * layout.Inner + inner;
                (found[at], indices[at]) = (to[i], where[i]);
            }
        }
        return new(DenseCodes.Write(found, shape, tensor.Quantizer), Tensor.Create<long>(indices, shape));
    }
}
