using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>Quantized tensors from reals and from codes. Call as <c>QuantizedTensor.QuantizePerTensor(…)</c>.</summary>
public static class QuantizedTensorCreation
{
    extension(QuantizedTensor)
    {
        /// <summary>Quantizes with one scale and zero point (PyTorch <c>quantize_per_tensor</c>).</summary>
        /// <exception cref="QuantizationException">The values are not float32, or a parameter is out of bounds.</exception>
        public static QuantizedTensor QuantizePerTensor(Tensor values, double scale, int zeroPoint, ElementType type) =>
            QuantizedTensor.Quantize(values, TensorQuantizer.PerTensor(scale, zeroPoint, type));

        /// <summary>Quantizes an array as a tensor of rank 1 (PyTorch <c>quantize_per_tensor</c>).</summary>
        /// <exception cref="QuantizationException">A parameter is out of bounds.</exception>
        public static QuantizedTensor QuantizePerTensor(ReadOnlySpan<float> values, double scale, int zeroPoint, ElementType type) =>
            QuantizedTensor.QuantizePerTensor(Tensor.Create(values, new Shape(values.Length)), scale, zeroPoint, type);

        /// <summary>Quantizes with a scale and a zero point for each index of <paramref name="axis"/> (PyTorch <c>quantize_per_channel</c>).</summary>
        /// <param name="values">Float32 values.</param>
        /// <param name="scales">As many as the axis is long.</param>
        /// <param name="zeroPoints">As many as the axis is long.</param>
        /// <param name="axis">Counted from the end when negative.</param>
        /// <param name="type">A quantized type.</param>
        /// <exception cref="QuantizationException">The values are not float32, the shape has no such axis, or a parameter is out of bounds.</exception>
        public static QuantizedTensor QuantizePerChannel(Tensor values, ReadOnlySpan<double> scales, ReadOnlySpan<int> zeroPoints, int axis, ElementType type) =>
            QuantizedTensor.Quantize(values, TensorQuantizer.PerChannel(scales, zeroPoints, ChannelLayout.NormalizeAxis(values.Shape, axis), type));

        /// <summary>Quantizes with real-valued zero points, as embeddings use (PyTorch <c>quantize_per_channel</c> with float zero points).</summary>
        /// <exception cref="QuantizationException">The values are not float32, the shape has no such axis, or a parameter is out of bounds.</exception>
        public static QuantizedTensor QuantizePerChannelFloat(Tensor values, ReadOnlySpan<float> scales, ReadOnlySpan<float> zeroPoints, int axis, ElementType type) =>
            QuantizedTensor.Quantize(values, TensorQuantizer.PerChannelFloat(scales, zeroPoints, ChannelLayout.NormalizeAxis(values.Shape, axis), type));

        /// <summary>Quantizes with parameters chosen from the range of the values themselves (PyTorch <c>quantize_per_tensor_dynamic</c>).</summary>
        /// <param name="values">Finite float32 values, at least one.</param>
        /// <param name="type">quint8 or qint8.</param>
        /// <param name="reduceRange">Use half of the codes.</param>
        /// <exception cref="QuantizationException">There are no values, one is not finite, or the type has no dynamic form.</exception>
        public static QuantizedTensor QuantizePerTensorDynamic(Tensor values, ElementType type, bool reduceRange = false)
        {
            if (values.Length == 0) { throw new QuantizationException("Dynamic quantization was given no values; expected at least one, from which to choose the scale."); }
            if (type is not (ElementType.QUInt8 or ElementType.QInt8)) { throw new QuantizationException($"Dynamic quantization to {type.Name()} does not exist; expected {ElementType.QUInt8.Name()} or {ElementType.QInt8.Name()}."); }
            (float minimum, float maximum) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (float value in values.AsSpan<float>()) { (minimum, maximum) = (MathF.Min(minimum, value), MathF.Max(maximum, value)); }
            (double scale, int zeroPoint) = DynamicParameters.Choose(minimum, maximum, DynamicParameters.Range(type, reduceRange));
            return QuantizedTensor.QuantizePerTensor(values, scale, zeroPoint, type);
        }

        /// <summary>Quantizes with given parameters of any scheme.</summary>
        /// <exception cref="QuantizationException">The values are not float32, or the channels do not fit the axis.</exception>
        public static QuantizedTensor Quantize(Tensor values, TensorQuantizer quantizer)
        {
            var codes = new Tensor(quantizer.Type.Storage(), values.Shape);
            switch (codes.Type)
            {
                case ElementType.UInt8: quantizer.Quantize(values.AsSpan<float>(), values.Shape, codes.AsSpan<byte>()); break;
                case ElementType.Int8: quantizer.Quantize(values.AsSpan<float>(), values.Shape, codes.AsSpan<sbyte>()); break;
                default: quantizer.Quantize(values.AsSpan<float>(), values.Shape, codes.AsSpan<int>()); break;
            }
            return QuantizedTensor.FromCodes(codes, quantizer);
        }

        /// <summary>Quantizes with the parameters of a graph's value, in their range of codes.</summary>
        /// <exception cref="QuantizationException">The values are not float32, or the channels do not fit the axis.</exception>
        public static QuantizedTensor Quantize(Tensor values, QuantizationParameters parameters) =>
            QuantizedTensor.FromCodes(Quantizer.Quantize(values, parameters, Rounding.Reciprocal), TensorQuantizer.Of(parameters));

        /// <summary>Gives codes a meaning. The codes are copied.</summary>
        /// <param name="codes">The plain storage type of <see cref="TensorQuantizer.Type"/>; for quint4x2 one code in each byte.</param>
        /// <param name="quantizer">Scheme, scales, zero points and axis.</param>
        /// <exception cref="QuantizationException">The codes have another type, a 4-bit code is above 15, or the channels do not fit the axis.</exception>
        public static QuantizedTensor FromCodes(Tensor codes, TensorQuantizer quantizer)
        {
            if (codes.Type.Storage() != quantizer.Type.Storage())
            {
                throw new QuantizationException($"Codes of {quantizer.Type.Name()} are {quantizer.Type.Storage().Name()}; found a tensor of {codes.Type.Name()}.");
            }
            quantizer.CheckFits(codes.Shape);
            var layout = StridedLayout.Contiguous(codes.Shape);
            if (quantizer.Type != ElementType.QUInt4x2) { return new(new CodeStorage(quantizer.Type, codes.Bytes.ToArray()), layout, quantizer); }
            var packed = new CodeStorage(quantizer.Type, codes.Length);
            for (int i = 0; i < codes.Length; i++)
            {
                packed[i] = quantizer.Range.Contains(codes.Bytes[i]) ? codes.Bytes[i] : throw new QuantizationException($"Code {i} is {codes.Bytes[i]}; expected a code in {quantizer.Range}, one in each byte.");
            }
            return new(packed, layout, quantizer);
        }

        /// <summary>Gives the codes of a graph's value a meaning. The codes are copied.</summary>
        /// <exception cref="QuantizationException">The codes have another type, or the channels do not fit the axis.</exception>
        public static QuantizedTensor FromCodes(Tensor codes, QuantizationParameters parameters) => QuantizedTensor.FromCodes(codes, TensorQuantizer.Of(parameters));

        /// <summary>A tensor from uint8, int8 or int32 codes (PyTorch <c>_make_per_tensor_quantized_tensor</c>).</summary>
        /// <exception cref="QuantizationException">The codes have another type, or a parameter is out of bounds.</exception>
        public static QuantizedTensor MakePerTensorQuantized(Tensor codes, double scale, int zeroPoint) =>
            QuantizedTensor.FromCodes(codes, TensorQuantizer.PerTensor(scale, zeroPoint, QuantizedTypeOf(codes.Type)));

        /// <summary>A tensor from uint8, int8 or int32 codes with a scale for each channel (PyTorch <c>_make_per_channel_quantized_tensor</c>).</summary>
        /// <exception cref="QuantizationException">The codes have another type, the channels do not fit the axis, or a parameter is out of bounds.</exception>
        public static QuantizedTensor MakePerChannelQuantized(Tensor codes, ReadOnlySpan<double> scales, ReadOnlySpan<int> zeroPoints, int axis) =>
            QuantizedTensor.FromCodes(codes, TensorQuantizer.PerChannel(scales, zeroPoints, ChannelLayout.NormalizeAxis(codes.Shape, axis), QuantizedTypeOf(codes.Type)));

        /// <summary>A tensor whose codes are 0, whatever real that is (PyTorch <c>_empty_affine_quantized</c>, where they are undefined).</summary>
        /// <exception cref="QuantizationException">A parameter is out of bounds.</exception>
        public static QuantizedTensor EmptyAffine(Shape shape, double scale, int zeroPoint, ElementType type) =>
            QuantizedTensor.Empty(shape, TensorQuantizer.PerTensor(scale, zeroPoint, type));

        /// <summary>A per-channel tensor whose codes are 0 (PyTorch <c>_empty_per_channel_affine_quantized</c>, where they are undefined).</summary>
        /// <exception cref="QuantizationException">The channels do not fit the axis, or a parameter is out of bounds.</exception>
        public static QuantizedTensor EmptyPerChannelAffine(Shape shape, ReadOnlySpan<double> scales, ReadOnlySpan<int> zeroPoints, int axis, ElementType type) =>
            QuantizedTensor.Empty(shape, TensorQuantizer.PerChannel(scales, zeroPoints, ChannelLayout.NormalizeAxis(shape, axis), type));

        /// <summary>A tensor whose codes are 0, whatever real that is (PyTorch <c>empty_quantized</c>).</summary>
        /// <exception cref="QuantizationException">The channels do not fit the axis.</exception>
        public static QuantizedTensor Empty(Shape shape, TensorQuantizer quantizer)
        {
            quantizer.CheckFits(shape);
            return new(new CodeStorage(quantizer.Type, shape.Length), StridedLayout.Contiguous(shape), quantizer);
        }
    }

    /// <summary>A dense row-major copy with its own codes.</summary>
    internal static QuantizedTensor Dense(this QuantizedTensor tensor)
    {
        // Codes, not reals, and no check of the channels: a view may have left them behind.
        var copy = new CodeStorage(tensor.Type, tensor.Length);
        int i = 0;
        foreach (int element in tensor.Layout) { copy[i++] = tensor.Storage[element]; }
        return new(copy, StridedLayout.Contiguous(tensor.Shape), tensor.Quantizer);
    }

    private static ElementType QuantizedTypeOf(ElementType codes) => codes switch
    {
        ElementType.UInt8 => ElementType.QUInt8,
        ElementType.Int8 => ElementType.QInt8,
        ElementType.Int32 => ElementType.QInt32,
        _ => throw new QuantizationException($"Codes are {codes.Name()}; expected uint8, int8 or int32."),
    };
}
