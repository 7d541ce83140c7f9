namespace Microsoft.ML.Quantization;

/// <summary>
/// Parts of a tensor that share its codes. Along the channel axis the scales are cut with the codes; selecting one channel gives a
/// per-tensor scheme.
/// </summary>
public static class QuantizedTensorSelection
{
    /// <summary>One index of an axis, which vanishes (PyTorch <c>select</c>).</summary>
    /// <exception cref="QuantizationException">There is no such axis or index, or the channel has a real-valued zero point.</exception>
    public static QuantizedTensor Select(this QuantizedTensor tensor, int axis, int index)
    {
        int at = Axes.Of(tensor, axis), size = tensor.Shape[at], i = index < 0 ? index + size : index;
        if (i < 0 || i >= size) { throw new QuantizationException($"Index {index} does not exist on axis {axis} of shape {tensor.Shape}; expected one from {-size} to {size - 1}."); }
        var layout = new StridedLayout(new Shape(tensor.Shape.Sizes.RemoveAt(at).AsSpan()), tensor.Strides.RemoveAt(at), tensor.StorageOffset + i * tensor.Strides[at]);
        return new(tensor.Storage, layout, tensor.Quantizer.Select(tensor.Shape, at, i));
    }

    /// <summary>The indices from <paramref name="start"/> up to, not including, <paramref name="end"/> (PyTorch <c>slice</c>).</summary>
    /// <param name="tensor">A tensor with at least one axis.</param>
    /// <param name="axis">The axis to narrow.</param>
    /// <param name="start">First index; counted from the end when negative, cut to the axis.</param>
    /// <param name="end">Index behind the last; the end of the axis when left out.</param>
    /// <param name="step">Every how manyth index; above 0.</param>
    /// <exception cref="QuantizationException">There is no such axis, or the step is not above 0.</exception>
    public static QuantizedTensor Slice(this QuantizedTensor tensor, int axis, int start = 0, int? end = null, int step = 1)
    {
        if (step <= 0) { throw new QuantizationException($"A slice has step {step}; expected 1 or more. Use Flip to reverse an axis."); }
        int at = Axes.Of(tensor, axis), size = tensor.Shape[at];
        int from = Cut(start, size), to = Math.Max(Cut(end ?? size, size), from), count = (to - from + step - 1) / step;
        // An empty slice may start behind the last element; nothing is read there.
        var layout = new StridedLayout(new Shape(tensor.Shape.Sizes.SetItem(at, count).AsSpan()), tensor.Strides.SetItem(at, tensor.Strides[at] * step), tensor.StorageOffset + from * tensor.Strides[at]);
        return new(tensor.Storage, layout, tensor.Quantizer.Slice(tensor.Shape, at, from, count, step));
    }

    /// <summary><paramref name="length"/> indices from <paramref name="start"/> (PyTorch <c>narrow</c>).</summary>
    /// <exception cref="QuantizationException">The axis does not have those indices.</exception>
    public static QuantizedTensor Narrow(this QuantizedTensor tensor, int axis, int start, int length)
    {
        int size = tensor.Shape[Axes.Of(tensor, axis)], from = start < 0 ? start + size : start;
        return from >= 0 && length >= 0 && from + (long)length <= size
            ? tensor.Slice(axis, from, from + length)
            : throw new QuantizationException($"Narrow was asked for {length} indices from {start} on axis {axis} of shape {tensor.Shape}; expected indices below {size}.");
    }

    /// <summary>Parts of <paramref name="size"/> indices each, the last one possibly smaller (PyTorch <c>split</c>).</summary>
    /// <exception cref="QuantizationException">There is no such axis, or the size is not above 0.</exception>
    public static IReadOnlyList<QuantizedTensor> Split(this QuantizedTensor tensor, int size, int axis = 0)
    {
        if (size <= 0) { throw new QuantizationException($"Split was asked for parts of size {size}; expected 1 or more."); }
        int available = tensor.Shape[Axes.Of(tensor, axis)];
        var parts = new List<QuantizedTensor>();
        for (int start = 0; start < available || parts.Count == 0; start += size) { parts.Add(tensor.Narrow(axis, start, Math.Min(size, available - start))); }
        return parts;
    }

    /// <summary>At most <paramref name="count"/> parts of equal size, the last one possibly smaller (PyTorch <c>chunk</c>).</summary>
    /// <exception cref="QuantizationException">There is no such axis, or the count is not above 0.</exception>
    public static IReadOnlyList<QuantizedTensor> Chunk(this QuantizedTensor tensor, int count, int axis = 0)
    {
        if (count <= 0) { throw new QuantizationException($"Chunk was asked for {count} parts; expected 1 or more."); }
        int available = tensor.Shape[Axes.Of(tensor, axis)];
        return tensor.Split(Math.Max((available + count - 1) / count, 1), axis);
    }

    internal static QuantizedTensor Index(QuantizedTensor tensor, ReadOnlySpan<TensorIndex> places)
    {
        int named = 0, ellipses = 0;
        foreach (TensorIndex place in places)
        {
            named += place.Kind is TensorIndex.Kinds.Range or TensorIndex.Kinds.Single ? 1 : 0;
            ellipses += place.Kind == TensorIndex.Kinds.Ellipsis ? 1 : 0;
        }
        if (named > tensor.Rank || ellipses > 1) { throw new QuantizationException($"Found an index expression of {named} axes and {ellipses} ellipses for shape {tensor.Shape}; expected at most {tensor.Rank} axes and one ellipsis."); }
        (QuantizedTensor part, int axis) = (tensor, 0);
        foreach (TensorIndex place in places)
        {
            switch (place.Kind)
            {
                case TensorIndex.Kinds.Ellipsis: axis += tensor.Rank - named; break;
                case TensorIndex.Kinds.NewAxis: part = part.Unsqueeze(axis++); break;
                case TensorIndex.Kinds.Single: part = part.Select(axis, Position(place.Single, part.Shape[axis])); break;
                default:
                    int size = part.Shape[axis];
                    part = part.Slice(axis, Math.Max(place.Range.Start.GetOffset(size), 0), Math.Max(place.Range.End.GetOffset(size), 0), place.Step);
                    axis++;
                    break;
            }
        }
        return part;
    }

    // ^0 is behind the last element, where nothing can be selected; as a negative index it would be the first.
    private static int Position(Index index, int size) => index.IsFromEnd ? index.Value == 0 ? size : -index.Value : index.Value;

    private static int Cut(int index, int size) => Math.Clamp(index < 0 ? index + size : index, 0, size);
}
