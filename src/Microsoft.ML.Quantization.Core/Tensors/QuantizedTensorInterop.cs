using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization;

/// <summary>Exchange with <c>System.Numerics.Tensors</c>: codes without copying, reals into its tensors.</summary>
public static class QuantizedTensorInterop
{
    extension(QuantizedTensor)
    {
        /// <summary>Quantizes a tensor of <c>System.Numerics.Tensors</c>, of any strides.</summary>
        /// <exception cref="QuantizationException">The channels do not fit the axis, or there are too many elements.</exception>
        public static QuantizedTensor Quantize(ReadOnlyTensorSpan<float> values, TensorQuantizer quantizer)
        {
            var dense = new Tensor(ElementType.Float32, new Shape(Narrow(values.Lengths)));
            values.FlattenTo(dense.AsSpan<float>());
            return QuantizedTensor.Quantize(dense, quantizer);
        }
    }

    /// <summary>The codes as a span with lengths and strides; writing changes every view.</summary>
    /// <typeparam name="T"><see cref="byte"/> for quint8, <see cref="sbyte"/> for qint8, <see cref="int"/> for qint32.</typeparam>
    /// <exception cref="QuantizationException">The tensor has 4-bit codes, holds another type, or has strides a tensor span cannot express.</exception>
    public static TensorSpan<T> AsTensorSpan<T>(this QuantizedTensor tensor) where T : unmanaged =>
        new(Reach<T>(tensor, smallestStride: 1), Widen(tensor.Shape.Sizes.AsSpan()), Strides(tensor));

    /// <summary>The codes as a read-only span with lengths and strides.</summary>
    /// <typeparam name="T"><see cref="byte"/> for quint8, <see cref="sbyte"/> for qint8, <see cref="int"/> for qint32.</typeparam>
    /// <exception cref="QuantizationException">The tensor has 4-bit codes, holds another type, or has strides a tensor span cannot express; expanded axes it can.</exception>
    public static ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(this QuantizedTensor tensor) where T : unmanaged =>
        new(Reach<T>(tensor, smallestStride: 0), Widen(tensor.Shape.Sizes.AsSpan()), Strides(tensor));

    /// <summary>Writes the reals into a tensor of the same lengths, of any strides.</summary>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the axis.</exception>
    public static void DequantizeTo(this QuantizedTensor tensor, in TensorSpan<float> values)
    {
        nint[] lengths = Widen(tensor.Shape.Sizes.AsSpan());
        if (!values.Lengths.SequenceEqual(lengths)) { throw new QuantizationException($"Found a tensor span of lengths [{string.Join(", ", values.Lengths.ToArray())}]; expected {tensor.Shape}."); }
        new ReadOnlyTensorSpan<float>(tensor.Dequantize().AsSpan<float>(), lengths).CopyTo(values);
    }

    /// <summary>The reals as a new dense tensor of <c>System.Numerics.Tensors</c>.</summary>
    /// <exception cref="QuantizationException">The channels do not fit the axis.</exception>
    public static System.Numerics.Tensors.Tensor<float> ToDenseTensor(this QuantizedTensor tensor) =>
        System.Numerics.Tensors.Tensor.Create(tensor.Dequantize().AsSpan<float>().ToArray(), Widen(tensor.Shape.Sizes.AsSpan()));

    // From the first to the last code this view can reach.
    private static Span<T> Reach<T>(QuantizedTensor tensor, int smallestStride) where T : unmanaged
    {
        if (tensor.Type == ElementType.QUInt4x2 || ElementTypes.Of<T>() != tensor.Type.Storage())
        {
            throw new QuantizationException($"A tensor of {tensor.Type.Name()} cannot be seen as a span of {ElementTypes.Of<T>().Name()}; {(tensor.Type == ElementType.QUInt4x2 ? "it has two codes in a byte, use Codes to read one code in each" : $"expected {tensor.Type.Storage().Name()}")}.");
        }
        // Not the default span: tensor spans accept no empty shape over a null reference.
        if (tensor.Length == 0) { return MemoryMarshal.Cast<byte, T>(tensor.Storage.Bytes[..0]); }
        CheckNested(tensor, smallestStride);
        return MemoryMarshal.Cast<byte, T>(tensor.Storage.Bytes)[tensor.StorageOffset..(int)tensor.Layout.Extent];
    }

    // System.Numerics.Tensors wants each axis, from the smallest stride on, to step over the whole of the one before, its last step included.
    private static void CheckNested(QuantizedTensor tensor, int smallestStride)
    {
        long reach = smallestStride;
        foreach (int axis in Enumerable.Range(0, tensor.Rank).Where(axis => tensor.Shape[axis] > 1).OrderBy(axis => tensor.Strides[axis]))
        {
            if (tensor.Strides[axis] < reach) { throw new QuantizationException($"A tensor span cannot express shape {tensor.Shape} with strides [{string.Join(", ", tensor.Strides)}]; expected axes that step over each other without sharing codes. Clone the tensor first."); }
            reach = (long)tensor.Strides[axis] * tensor.Shape[axis];
        }
    }

    // An axis of size 1, and any axis of an empty tensor, never steps; its stride is written as 0, which every constructor takes.
    private static nint[] Strides(QuantizedTensor tensor) =>
        [.. Enumerable.Range(0, tensor.Rank).Select(axis => tensor.Length > 0 && tensor.Shape[axis] > 1 ? (nint)tensor.Strides[axis] : 0)];

    private static nint[] Widen(ReadOnlySpan<int> numbers) => Array.ConvertAll(numbers.ToArray(), number => (nint)number);

    private static int[] Narrow(ReadOnlySpan<nint> numbers) => Array.ConvertAll(numbers.ToArray(), number => checked((int)number));
}
