namespace Microsoft.ML.Quantization;

/// <summary>Order along an axis, on codes, for tensors with one scale. The results keep scale and zero point.</summary>
public static class QuantizedTensorSorting
{
    /// <summary>All elements in order, equal ones by their index (PyTorch <c>sort</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or there is no such axis.</exception>
    public static ValuesAndIndices Sort(this QuantizedTensor tensor, int axis = -1, bool descending = false)
    {
        QuantizedTensor source = Ordered(tensor, nameof(Sort));
        int at = Axes.Of(source, axis);
        return Shaped(tensor, First(source, at, source.Shape[at], descending));
    }

    /// <summary>The <paramref name="k"/> largest or smallest elements in order (PyTorch <c>topk</c>, <c>sorted=True</c>).</summary>
    /// <remarks>Among equal codes the smaller index comes first; PyTorch leaves open which it reports.</remarks>
    /// <exception cref="QuantizationException">The scheme is per channel, there is no such axis, or it is shorter than <paramref name="k"/>.</exception>
    public static ValuesAndIndices TopK(this QuantizedTensor tensor, int k, int axis = -1, bool largest = true)
    {
        QuantizedTensor source = Ordered(tensor, nameof(TopK));
        int at = Axes.Of(source, axis);
        if (k < 0 || k > source.Shape[at]) { throw new QuantizationException($"TopK was asked for {k} elements along axis {axis} of shape {tensor.Shape}; expected 0 to {source.Shape[at]}."); }
        return First(source, at, k, largest);
    }

    private static ValuesAndIndices First(QuantizedTensor tensor, int axis, int count, bool descending) => AxisLanes.Map(tensor, axis, count, (codes, values, indices) =>
    {
        var keys = new long[codes.Length];
        // Code and index in one key: a plain sort of the keys is a stable sort of the codes.
        for (int i = 0; i < keys.Length; i++) { keys[i] = (descending ? -(long)codes[i] : codes[i]) << 31 | (long)i; }
        Array.Sort(keys);
        for (int i = 0; i < values.Length; i++)
        {
            int index = (int)(keys[i] & int.MaxValue);
            (values[i], indices[i]) = (codes[index], index);
        }
    });

    // A scalar sorts like one element.
    private static QuantizedTensor Ordered(QuantizedTensor tensor, string method)
    {
        tensor.RequirePerTensor(method);
        return tensor.Rank == 0 ? tensor.Unsqueeze(0) : tensor;
    }

    private static ValuesAndIndices Shaped(QuantizedTensor tensor, ValuesAndIndices sorted) =>
        tensor.Rank > 0 ? sorted : new(sorted.Values.Squeeze(), sorted.Indices.Reshape(Shape.Scalar));
}
