using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>Tensors joined to one. The result has the parameters of the first; the others are requantized to them.</summary>
public static class QuantizedTensorJoining
{
    extension(QuantizedTensor)
    {
        /// <summary>Tensors one behind the other along an axis (PyTorch <c>cat</c>).</summary>
        /// <exception cref="QuantizationException">There is no tensor, one is per channel, or types or other sizes differ.</exception>
        public static QuantizedTensor Cat(IReadOnlyList<QuantizedTensor> tensors, int axis = 0)
        {
            QuantizedTensor first = First(tensors, nameof(Cat));
            int at = Axes.Of(first, axis), total = 0;
            foreach (QuantizedTensor tensor in tensors)
            {
                if (tensor.Rank != first.Rank || tensor.Shape.Sizes.SetItem(at, 0).AsSpan().SequenceEqual(first.Shape.Sizes.SetItem(at, 0).AsSpan()) is false)
                {
                    throw new QuantizationException($"Cat along axis {axis} was given shapes {first.Shape} and {tensor.Shape}; expected the same sizes on all other axes.");
                }
                total += tensor.Shape[at];
            }
            var joined = QuantizedTensor.Empty(new Shape(first.Shape.Sizes.SetItem(at, total).AsSpan()), first.Quantizer);
            int start = 0;
            foreach (QuantizedTensor tensor in tensors)
            {
                joined.Narrow(at, start, tensor.Shape[at]).CopyFrom(tensor.Requantize(first.Quantizer));
                start += tensor.Shape[at];
            }
            return joined;
        }

        /// <summary>Tensors of one shape as the indices of a new axis (PyTorch <c>stack</c>).</summary>
        /// <exception cref="QuantizationException">There is no tensor, one is per channel, or types or shapes differ.</exception>
        public static QuantizedTensor Stack(IReadOnlyList<QuantizedTensor> tensors, int axis = 0)
        {
            QuantizedTensor first = First(tensors, nameof(Stack));
            foreach (QuantizedTensor tensor in tensors)
            {
                if (tensor.Shape != first.Shape) { throw new QuantizationException($"Stack was given shapes {first.Shape} and {tensor.Shape}; expected equal ones."); }
            }
            int at = Axes.Normalize(axis, first.Rank + 1, first.Shape);
            return QuantizedTensor.Cat([.. tensors.Select(tensor => tensor.Unsqueeze(at))], at);
        }
    }

    /// <summary>The nearest codes under other parameters, by way of the reals; the tensor itself when the parameters are the same.</summary>
    /// <exception cref="QuantizationException">The channels do not fit the shape.</exception>
    public static QuantizedTensor Requantize(this QuantizedTensor tensor, TensorQuantizer quantizer) =>
        tensor.Quantizer.Equals(quantizer) ? tensor : QuantizedTensor.Quantize(tensor.Dequantize(), quantizer);

    private static QuantizedTensor First(IReadOnlyList<QuantizedTensor> tensors, string method)
    {
        if (tensors.Count == 0) { throw new QuantizationException($"{method} was given no tensor; expected at least one."); }
        foreach (QuantizedTensor tensor in tensors)
        {
            tensor.RequirePerTensor(method);
            if (tensor.Type != tensors[0].Type) { throw new QuantizationException($"{method} was given {tensors[0].Type.Name()} and {tensor.Type.Name()}; expected one type."); }
        }
        return tensors[0];
    }
}
