using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Views over the same codes in another order. They set strides, which PyTorch and this library allow only on tensors with one scale:
/// the channels of others would no longer be an axis.
/// </summary>
public static class QuantizedTensorStriding
{
    /// <summary>Any strides over the storage (PyTorch <c>as_strided</c>).</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="shape">Axis sizes of the view.</param>
    /// <param name="strides">Elements between neighbours, one for each axis; 0 or more.</param>
    /// <param name="storageOffset">The first element, counted in the storage; that of <paramref name="tensor"/> when left out.</param>
    /// <exception cref="QuantizationException">The scheme is per channel, or the view would leave the storage.</exception>
    public static QuantizedTensor AsStrided(this QuantizedTensor tensor, Shape shape, ReadOnlySpan<int> strides, int? storageOffset = null) =>
        Restrided(tensor, nameof(AsStrided), new(shape, [.. strides], storageOffset ?? tensor.StorageOffset));

    /// <summary>Axes of size 1 repeated without copying, new axes in front (PyTorch <c>expand</c>).</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="sizes">Sizes to stretch to; −1 keeps that of an existing axis.</param>
    /// <exception cref="QuantizationException">The scheme is per channel, or a size differs where the tensor's is not 1.</exception>
    public static QuantizedTensor Expand(this QuantizedTensor tensor, params ReadOnlySpan<int> sizes)
    {
        int[] whole = sizes.ToArray();
        for (int i = 0; i < whole.Length; i++)
        {
            int own = i - (whole.Length - tensor.Rank);
            if (whole[i] == -1 && own >= 0) { whole[i] = tensor.Shape[own]; }
        }
        return Restrided(tensor, nameof(Expand), Broadcasting.Stretch(tensor.Layout, new Shape(whole)));
    }

    /// <summary>The axes in another order (PyTorch <c>permute</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or the axes are not each named once.</exception>
    public static QuantizedTensor Permute(this QuantizedTensor tensor, params ReadOnlySpan<int> axes)
    {
        if (axes.Length != tensor.Rank) { throw new QuantizationException($"Permute was given {axes.Length} axes for shape {tensor.Shape}; expected {tensor.Rank}, each once."); }
        _ = Axes.Chosen(tensor, axes);
        int[] order = Array.ConvertAll(axes.ToArray(), axis => Axes.Of(tensor, axis));
        (Shape shape, ImmutableArray<int> strides) = (tensor.Shape, tensor.Strides);
        var layout = new StridedLayout(new Shape(Array.ConvertAll(order, axis => shape[axis])), [.. order.Select(axis => strides[axis])], tensor.StorageOffset);
        return Restrided(tensor, nameof(Permute), layout);
    }

    /// <summary>Two axes exchanged (PyTorch <c>transpose</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or there are no such axes.</exception>
    public static QuantizedTensor Transpose(this QuantizedTensor tensor, int first, int second)
    {
        int[] order = [.. Enumerable.Range(0, tensor.Rank)];
        (int a, int b) = (Axes.Of(tensor, first), Axes.Of(tensor, second));
        (order[a], order[b]) = (order[b], order[a]);
        tensor.RequirePerTensor(nameof(Transpose));
        return tensor.Permute(order);
    }

    /// <summary>All windows along an axis; their elements become a new last axis (PyTorch <c>unfold</c>).</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="axis">The axis the windows slide along.</param>
    /// <param name="size">Elements of a window.</param>
    /// <param name="step">Elements between the starts of windows.</param>
    /// <exception cref="QuantizationException">The scheme is per channel, the axis is shorter than a window, or the step is not above 0.</exception>
    public static QuantizedTensor Unfold(this QuantizedTensor tensor, int axis, int size, int step)
    {
        int at = Axes.Of(tensor, axis), available = tensor.Shape[at];
        if (size < 0 || size > available || step <= 0) { throw new QuantizationException($"Windows of {size} elements every {step} do not fit axis {axis} of shape {tensor.Shape}; expected a size from 0 to {available} and a step above 0."); }
        ImmutableArray<int> sizes = tensor.Shape.Sizes.SetItem(at, (available - size) / step + 1).Add(size);
        ImmutableArray<int> strides = tensor.Strides.SetItem(at, tensor.Strides[at] * step).Add(tensor.Strides[at]);
        return Restrided(tensor, nameof(Unfold), new(new Shape(sizes.AsSpan()), strides, tensor.StorageOffset));
    }

    private static QuantizedTensor Restrided(QuantizedTensor tensor, string method, StridedLayout layout)
    {
        if (tensor.QScheme.IsPerChannel())
        {
            throw new QuantizationException($"{method} sets strides, which is possible only on tensors with one scale; found {tensor.QScheme.Name()}. Dequantize first, or build a tensor from the reordered codes.");
        }
        return layout.Extent <= tensor.Storage.Length
            ? new(tensor.Storage, layout, tensor.Quantizer)
            : throw new QuantizationException($"A view of shape {layout.Shape} with strides [{string.Join(", ", layout.Strides)}] from element {layout.Offset} needs {layout.Extent} codes; the storage has {tensor.Storage.Length}.");
    }
}
