using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>Other shapes over the same codes in the same order. They work with every scheme.</summary>
public static class QuantizedTensorViews
{
    /// <summary>The same codes under other sizes (PyTorch <c>view</c>).</summary>
    /// <remarks>
    /// Per-channel parameters stay as they are, as in PyTorch. If their axis no longer has as many indices as there are scales, the codes can
    /// be read and viewed back, but <see cref="QuantizedTensor.Dequantize()"/> refuses.
    /// </remarks>
    /// <param name="tensor">Any tensor.</param>
    /// <param name="sizes">Sizes with the same product; one may be −1, which stands for what is left.</param>
    /// <exception cref="QuantizationException">The product differs, or strides cannot express the shape; <see cref="Reshape"/> copies then.</exception>
    public static QuantizedTensor View(this QuantizedTensor tensor, params ReadOnlySpan<int> sizes)
    {
        Shape shape = Axes.Infer(sizes, tensor.Length);
        return TryView(tensor, shape) ?? throw new QuantizationException(
            $"A view of shape {shape} needs neighbouring codes; found shape {tensor.Shape} with strides [{string.Join(", ", tensor.Strides)}]. Use {nameof(Reshape)}, which copies when it must.");
    }

    /// <summary>The same codes under other sizes, copied only when strides cannot express the shape (PyTorch <c>reshape</c>).</summary>
    /// <exception cref="QuantizationException">The product of the sizes differs.</exception>
    public static QuantizedTensor Reshape(this QuantizedTensor tensor, params ReadOnlySpan<int> sizes)
    {
        Shape shape = Axes.Infer(sizes, tensor.Length);
        return TryView(tensor, shape) ?? TryView(tensor.Dense(), shape)!;
    }

    /// <summary>The axes from <paramref name="start"/> to <paramref name="end"/>, both included, as one (PyTorch <c>flatten</c>).</summary>
    /// <exception cref="QuantizationException">There are no such axes, or the start lies behind the end.</exception>
    public static QuantizedTensor Flatten(this QuantizedTensor tensor, int start = 0, int end = -1)
    {
        if (tensor.Rank == 0) { return tensor.Reshape(1); }
        (int first, int last) = (Axes.Of(tensor, start), Axes.Of(tensor, end));
        if (first > last) { throw new QuantizationException($"Flatten was asked for the axes {start} to {end} of shape {tensor.Shape}; expected a start before the end."); }
        int merged = 1;
        for (int axis = first; axis <= last; axis++) { merged *= tensor.Shape[axis]; }
        return tensor.Reshape([.. tensor.Shape.Sizes.Take(first), merged, .. tensor.Shape.Sizes.Skip(last + 1)]);
    }

    /// <summary>Without all axes of size 1 (PyTorch <c>squeeze</c>).</summary>
    /// <exception cref="QuantizationException">The channel axis has size 1 and would vanish.</exception>
    public static QuantizedTensor Squeeze(this QuantizedTensor tensor)
    {
        QuantizedTensor squeezed = tensor;
        for (int axis = tensor.Rank - 1; axis >= 0; axis--) { squeezed = squeezed.Squeeze(axis); }
        return squeezed;
    }

    /// <summary>Without one axis if its size is 1 (PyTorch <c>squeeze(dim)</c>); a channel axis behind it moves with its indices.</summary>
    /// <exception cref="QuantizationException">There is no such axis, or it is the channel axis of size 1.</exception>
    public static QuantizedTensor Squeeze(this QuantizedTensor tensor, int axis)
    {
        int at = Axes.Normalize(axis, tensor.Rank, tensor.Shape);
        if (tensor.Rank == 0 || tensor.Shape[at] != 1) { return new(tensor.Storage, tensor.Layout, tensor.Quantizer); }
        if (tensor.Quantizer.Axis == at) { throw new QuantizationException($"Squeeze would remove axis {axis}, which carries the channels of a tensor of shape {tensor.Shape}; expected another axis. Use Select to take the channel."); }
        var layout = new StridedLayout(new Shape(tensor.Shape.Sizes.RemoveAt(at).AsSpan()), tensor.Strides.RemoveAt(at), tensor.StorageOffset);
        return new(tensor.Storage, layout, tensor.Quantizer.Axis > at ? tensor.Quantizer.WithAxis(tensor.Quantizer.Axis.Value - 1) : tensor.Quantizer);
    }

    /// <summary>With a new axis of size 1 (PyTorch <c>unsqueeze</c>); a channel axis behind it moves with its indices.</summary>
    /// <exception cref="QuantizationException">The place is not from −(rank+1) to rank.</exception>
    public static QuantizedTensor Unsqueeze(this QuantizedTensor tensor, int axis)
    {
        int at = Axes.Normalize(axis, tensor.Rank + 1, tensor.Shape);
        int stride = at < tensor.Rank ? tensor.Shape[at] * tensor.Strides[at] : 1;
        var layout = new StridedLayout(new Shape(tensor.Shape.Sizes.Insert(at, 1).AsSpan()), tensor.Strides.Insert(at, stride), tensor.StorageOffset);
        return new(tensor.Storage, layout, tensor.Quantizer.Axis >= at ? tensor.Quantizer.WithAxis(tensor.Quantizer.Axis.Value + 1) : tensor.Quantizer);
    }

    private static QuantizedTensor? TryView(QuantizedTensor tensor, Shape shape) => Restride(tensor.Layout, shape) is { } strides
        ? new(tensor.Storage, new StridedLayout(shape, strides, tensor.StorageOffset), tensor.Quantizer)
        : null;

    // Neighbouring axes that step evenly form blocks; a new shape fits when its axes cut every block without remainder.
    private static ImmutableArray<int>? Restride(StridedLayout old, Shape shape)
    {
        if (old.IsContiguous) { return StridedLayout.ContiguousStrides(shape); }
        var strides = new int[shape.Rank];
        int next = shape.Rank - 1;
        for (int axis = old.Shape.Rank - 1; axis >= 0; axis--)
        {
            (int size, int step) = (old.Shape[axis], old.Strides[axis]);
            if (size == 1) { continue; }
            while (axis > 0 && (old.Shape[axis - 1] == 1 || old.Strides[axis - 1] == size * step)) { size *= old.Shape[--axis]; }
            int filled = 1;
            for (; next >= 0 && (filled < size || shape[next] == 1); next--)
            {
                strides[next] = step * filled;
                filled *= shape[next];
            }
            if (filled != size) { return null; }
        }
        return ImmutableArray.Create(strides);
    }
}
