using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>The elements of a tensor with one scale, grouped by their indices on the axes that remain after a reduction.</summary>
internal sealed class AxisReduction
{
    private readonly TensorQuantizer _quantizer;
    private readonly float[] _values;
    private readonly StridedLayout _groupOf;
    private readonly Shape _result;

    /// <summary>Prepares a reduction over <paramref name="axes"/>, all when empty.</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, an axis is missing or named twice, or there are no elements.</exception>
    public AxisReduction(QuantizedTensor tensor, string method, ReadOnlySpan<int> axes, bool keepAxes)
    {
        _quantizer = tensor.RequirePerTensor(method);
        bool[] reduced = Axes.Chosen(tensor, axes);
        if (tensor.Length == 0) { throw new QuantizationException($"{method} was asked of a tensor of shape {tensor.Shape}; expected at least one element."); }
        var kept = new Shape([.. tensor.Shape.Sizes.Select((size, axis) => reduced[axis] ? 1 : size)]);
        ImmutableArray<int> strides = StridedLayout.ContiguousStrides(kept);
        _groupOf = new(tensor.Shape, [.. strides.Select((stride, axis) => reduced[axis] ? 0 : stride)], 0);
        _result = keepAxes ? kept : new Shape([.. tensor.Shape.Sizes.Where((_, axis) => !reduced[axis])]);
        _values = tensor.Dequantize().AsSpan<float>().ToArray();
        (Groups, Count) = (kept.Length, tensor.Length / kept.Length);
    }

    /// <summary>Number of results.</summary>
    public int Groups { get; }

    /// <summary>Elements of each group.</summary>
    public int Count { get; }

    /// <summary>Visits every real with the number of its group, in row-major order.</summary>
    public void ForEach(Action<int, float> visit)
    {
        int i = 0;
        foreach (int group in _groupOf) { visit(group, _values[i++]); }
    }

    /// <summary>The results with the scale and zero point of the tensor.</summary>
    public QuantizedTensor Quantize(float[] results) => QuantizedTensor.Quantize(Tensor.Create<float>(results, _result), _quantizer);
}
