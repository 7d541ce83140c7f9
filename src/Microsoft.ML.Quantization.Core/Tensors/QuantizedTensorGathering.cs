using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>New tensors from chosen, repeated or joined elements of others. The results have their own codes.</summary>
public static class QuantizedTensorGathering
{
    /// <summary>The given indices of an axis, in the given order (PyTorch <c>index_select</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or there is no such axis or index.</exception>
    public static QuantizedTensor IndexSelect(this QuantizedTensor tensor, int axis, params ReadOnlySpan<int> indices)
    {
        tensor.RequirePerTensor(nameof(IndexSelect));
        int at = Axes.Of(tensor, axis), size = tensor.Shape[at];
        int[] chosen = indices.ToArray();
        foreach (int index in chosen)
        {
            if (index < 0 || index >= size) { throw new QuantizationException($"Index {index} does not exist on axis {axis} of shape {tensor.Shape}; expected one from 0 to {size - 1}."); }
        }
        return AxisLanes.Map(tensor, at, chosen.Length, (codes, values, _) =>
        {
            for (int i = 0; i < chosen.Length; i++) { values[i] = codes[chosen[i]]; }
        }).Values;
    }

    /// <summary>The parts where a mask over the leading axes is true, as a new first axis (PyTorch <c>q[mask]</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or the mask is not boolean or not of the leading sizes.</exception>
    public static QuantizedTensor MaskedSelect(this QuantizedTensor tensor, Tensor mask)
    {
        tensor.RequirePerTensor(nameof(MaskedSelect));
        int axes = mask.Shape.Rank;
        if (mask.Type != ElementType.Boolean || axes > tensor.Rank || !mask.Shape.Sizes.SequenceEqual(tensor.Shape.Sizes.Take(axes)))
        {
            throw new QuantizationException($"A mask for shape {tensor.Shape} is {mask}; expected booleans with the sizes of its first axes.");
        }
        ImmutableArray<int> rest = tensor.Shape.Sizes[axes..];
        int[] chosen = [.. Enumerable.Range(0, mask.Length).Where(i => mask.Bytes[i] != 0)];
        return tensor.Reshape([mask.Length, .. rest]).IndexSelect(0, chosen);
    }

    /// <summary>The elements in reverse order along axes (PyTorch <c>flip</c>).</summary>
    /// <remarks>PyTorch reverses the codes of a channel axis but not its scales; here that is refused.</remarks>
    /// <exception cref="QuantizationException">There is no such axis, one is named twice, or one carries the channels.</exception>
    public static QuantizedTensor Flip(this QuantizedTensor tensor, params ReadOnlySpan<int> axes)
    {
        bool[] reversed = axes.IsEmpty ? new bool[tensor.Rank] : Axes.Chosen(tensor, axes);
        if (tensor.Quantizer.Axis is { } channels && channels < tensor.Rank && reversed[channels])
        {
            throw new QuantizationException($"Flip of axis {channels} would reverse the channels of a {tensor.QScheme.Name()} tensor without their scales; expected another axis. Build a tensor from reversed codes and scales.");
        }
        var copy = new int[tensor.Length];
        int[] codes = DenseCodes.Read(tensor);
        for (int i = 0; i < copy.Length; i++) { copy[i] = codes[Mirror(i, tensor.Shape, reversed)]; }
        return DenseCodes.Write(copy, tensor.Shape, tensor.Quantizer);
    }

    /// <summary>The tensor laid side by side with itself (PyTorch <c>repeat</c>).</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="times">How often along each axis; additional ones in front add axes.</param>
    /// <exception cref="QuantizationException">The scheme is per channel, a count is negative, or there are fewer counts than axes.</exception>
    public static QuantizedTensor Repeat(this QuantizedTensor tensor, params ReadOnlySpan<int> times)
    {
        tensor.RequirePerTensor(nameof(Repeat));
        int added = times.Length - tensor.Rank;
        if (added < 0) { throw new QuantizationException($"Repeat was given {times.Length} counts for shape {tensor.Shape}; expected at least {tensor.Rank}, one for each axis."); }
        QuantizedTensor whole = tensor;
        for (int i = 0; i < added; i++) { whole = whole.Unsqueeze(0); }
        for (int axis = 0; axis < times.Length; axis++)
        {
            if (times[axis] < 0) { throw new QuantizationException($"Repeat was asked for {times[axis]} copies; expected 0 or more."); }
            int[] indices = [.. Enumerable.Range(0, times[axis]).SelectMany(_ => Enumerable.Range(0, whole.Shape[axis]))];
            whole = whole.IndexSelect(axis, indices);
        }
        return whole;
    }

    private static int Mirror(int place, Shape shape, bool[] reversed)
    {
        (int mirrored, int stride) = (0, 1);
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            int index = place % shape[axis];
            place /= shape[axis];
            mirrored += (reversed[axis] ? shape[axis] - 1 - index : index) * stride;
            stride *= shape[axis];
        }
        return mirrored;
    }
}
