using System.Collections.Immutable;
using Microsoft.ML.Quantization.FakeQuantization;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Largest, smallest and average elements of tensors with one scale. The result keeps scale and zero point. Extremes are found on codes, which
/// are ordered as the reals because scales are positive; among equal codes the first index is reported.
/// </summary>
public static class QuantizedTensorReductions
{
    /// <summary>The largest element, of rank 0 (PyTorch <c>max</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or there are no elements.</exception>
    public static QuantizedTensor Max(this QuantizedTensor tensor) => Extreme(tensor, nameof(Max), largest: true);

    /// <summary>The smallest element, of rank 0 (PyTorch <c>min</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or there are no elements.</exception>
    public static QuantizedTensor Min(this QuantizedTensor tensor) => Extreme(tensor, nameof(Min), largest: false);

    /// <summary>The largest elements along an axis and their indices (PyTorch <c>max(dim)</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or the axis is missing or empty.</exception>
    public static ValuesAndIndices Max(this QuantizedTensor tensor, int axis, bool keepAxis = false) => ExtremeAlong(tensor, nameof(Max), axis, keepAxis, largest: true);

    /// <summary>The smallest elements along an axis and their indices (PyTorch <c>min(dim)</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or the axis is missing or empty.</exception>
    public static ValuesAndIndices Min(this QuantizedTensor tensor, int axis, bool keepAxis = false) => ExtremeAlong(tensor, nameof(Min), axis, keepAxis, largest: false);

    /// <summary>The average of all elements, of rank 0 (PyTorch <c>mean</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or there are no elements.</exception>
    public static QuantizedTensor Mean(this QuantizedTensor tensor) => tensor.Mean([]);

    /// <summary>Averages over axes (PyTorch <c>mean(dim)</c>): float32 sums of the reals in the order of PyTorch's, divided by the count, quantized again.</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="axes">The axes to average over; all when empty.</param>
    /// <param name="keepAxes">Keep those axes with size 1.</param>
    /// <exception cref="QuantizationException">The scheme is per channel, an axis is missing or named twice, or there are no elements.</exception>
    public static QuantizedTensor Mean(this QuantizedTensor tensor, ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        var over = new AxisReduction(tensor, nameof(Mean), axes, keepAxes);
        var members = new float[over.Groups][];
        int[] counts = new int[over.Groups];
        over.ForEach((group, value) => (members[group] ??= new float[over.Count])[counts[group]++] = value);
        // Columns next to each other are added row by row, four at a time; everything else in the order of PyTorch's sums, which decides ties.
        int inner = axes.Length == 1 ? tensor.Shape.Sizes[(axes[0] < 0 ? axes[0] + tensor.Rank : axes[0])..].ToArray().Skip(1).Aggregate(1, (product, size) => product * size) : 1;
        int byRow = inner < 8 ? inner / 4 * 4 : inner / 32 * 32;
        return over.Quantize([.. members.Select((values, group) => (inner == 1 ? CascadeSum.Of(values) : group % inner < byRow ? values.Aggregate(0f, (sum, value) => sum + value) : CascadeSum.Short(values)) / over.Count)]);
    }

    /// <summary>Standard deviations over axes (PyTorch <c>std(dim, unbiased)</c>), computed in double precision and quantized again.</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="axes">The axes to reduce; all when empty.</param>
    /// <param name="unbiased">Divide by the count less one.</param>
    /// <param name="keepAxes">Keep those axes with size 1.</param>
    /// <remarks>A single element has no unbiased deviation (NaN in float); its code is the smallest, as for every NaN.</remarks>
    /// <exception cref="QuantizationException">The scheme is per channel, an axis is missing or named twice, or there are no elements.</exception>
    public static QuantizedTensor Std(this QuantizedTensor tensor, ReadOnlySpan<int> axes, bool unbiased = true, bool keepAxes = false)
    {
        var over = new AxisReduction(tensor, nameof(Std), axes, keepAxes);
        double[] means = new double[over.Groups], squares = new double[over.Groups];
        over.ForEach((group, value) => means[group] += (double)value / over.Count);
        over.ForEach((group, value) => squares[group] += (value - means[group]) * (value - means[group]));
        return over.Quantize(Array.ConvertAll(squares, sum => (float)Math.Sqrt(sum / (over.Count - (unbiased ? 1 : 0)))));
    }

    private static QuantizedTensor Extreme(QuantizedTensor tensor, string method, bool largest)
    {
        TensorQuantizer quantizer = tensor.RequirePerTensor(method);
        if (tensor.Length == 0) { throw new QuantizationException($"{method} was asked of a tensor of shape {tensor.Shape}; expected at least one element."); }
        int[] codes = DenseCodes.Read(tensor);
        return DenseCodes.Write([largest ? codes.Max() : codes.Min()], Shape.Scalar, quantizer);
    }

    private static ValuesAndIndices ExtremeAlong(QuantizedTensor tensor, string method, int axis, bool keepAxis, bool largest)
    {
        tensor.RequirePerTensor(method);
        int at = Axes.Of(tensor, axis);
        if (tensor.Shape[at] == 0) { throw new QuantizationException($"{method} was asked along axis {axis} of shape {tensor.Shape}; expected at least one element there."); }
        ValuesAndIndices found = AxisLanes.Map(tensor, at, 1, (codes, values, indices) =>
        {
            int best = 0;
            for (int i = 1; i < codes.Length; i++)
            {
                if (largest ? codes[i] > codes[best] : codes[i] < codes[best]) { best = i; }
            }
            (values[0], indices[0]) = (codes[best], best);
        });
        return keepAxis ? found : new(found.Values.Select(at, 0), found.Indices.Reshape(new Shape(found.Indices.Shape.Sizes.RemoveAt(at).AsSpan())));
    }
}
