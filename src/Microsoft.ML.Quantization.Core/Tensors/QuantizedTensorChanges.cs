namespace Microsoft.ML.Quantization;

/// <summary>Methods that change a tensor in place. All but <see cref="Resize"/> write codes that every view of the same storage sees.</summary>
public static class QuantizedTensorChanges
{
    /// <summary>A dense copy with its own codes (PyTorch <c>clone</c>).</summary>
    public static QuantizedTensor Clone(this QuantizedTensor tensor) => tensor.Dense();

    /// <summary>Quantizes reals into this tensor with its own parameters (PyTorch <c>copy_</c> from a float tensor).</summary>
    /// <returns>The tensor itself.</returns>
    /// <exception cref="QuantizationException">The source is not float32, has another shape, or the channels do not fit.</exception>
    public static QuantizedTensor CopyFrom(this QuantizedTensor tensor, Tensor source)
    {
        if (source.Type != ElementType.Float32 || source.Shape != tensor.Shape) { throw new QuantizationException($"Copying into {tensor} takes float32{tensor.Shape}; found {source}."); }
        Store(tensor, QuantizedTensor.Quantize(source, tensor.Quantizer));
        return tensor;
    }

    /// <summary>Copies codes and takes over the source's parameters as well (PyTorch <c>copy_</c> from a quantized tensor).</summary>
    /// <remarks>Other views of the same codes keep their parameters and therefore read other reals afterwards, as in PyTorch.</remarks>
    /// <returns>The tensor itself.</returns>
    /// <exception cref="QuantizationException">Type or scheme differ, or the source does not stretch to the shape.</exception>
    public static QuantizedTensor CopyFrom(this QuantizedTensor tensor, QuantizedTensor source)
    {
        if (source.Type != tensor.Type || source.QScheme != tensor.QScheme)
        {
            throw new QuantizationException($"Copying codes needs the same type and scheme; found {source.Quantizer}, expected {tensor.Type.Name()} {tensor.QScheme}. Copy from the dequantized source to keep the parameters of the destination.");
        }
        if (source.Quantizer.Axis is not null && source.Shape != tensor.Shape) { throw new QuantizationException($"Copying a per-channel tensor needs the same shape; found {source.Shape}, expected {tensor.Shape}."); }
        Store(tensor, DenseCodes.Gather(source, Broadcasting.Stretch(StridedLayout.Contiguous(source.Shape), tensor.Shape), source.Quantizer));
        tensor.Quantizer = source.Quantizer;
        return tensor;
    }

    /// <summary>Quantizes one real into every element (PyTorch <c>fill_</c>).</summary>
    /// <returns>The tensor itself.</returns>
    /// <exception cref="QuantizationException">The channels do not fit the shape.</exception>
    public static QuantizedTensor Fill(this QuantizedTensor tensor, double value)
    {
        var reals = new Tensor(ElementType.Float32, tensor.Shape);
        reals.AsSpan<float>().Fill((float)value);
        return tensor.CopyFrom(reals);
    }

    /// <summary>Quantizes one real into the elements where the mask is true (PyTorch <c>masked_fill_</c>).</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="mask">Booleans; stretched to the tensor's shape.</param>
    /// <param name="value">The real.</param>
    /// <returns>The tensor itself.</returns>
    /// <exception cref="QuantizationException">The scheme is per channel, or the mask is not boolean or does not stretch to the shape.</exception>
    public static QuantizedTensor MaskedFillInPlace(this QuantizedTensor tensor, Tensor mask, double value)
    {
        int code = DenseCodes.Code(tensor.RequirePerTensor(nameof(MaskedFill)), (float)value);
        if (mask.Type != ElementType.Boolean) { throw new QuantizationException($"A mask is {mask}; expected booleans. Compare with a number to make one."); }
        StridedWalk masks = Broadcasting.Stretch(StridedLayout.Contiguous(mask.Shape), tensor.Shape).GetEnumerator();
        foreach (int element in tensor.Layout)
        {
            masks.MoveNext();
            if (mask.Bytes[masks.Current] != 0) { tensor.Storage[element] = code; }
        }
        return tensor;
    }

    /// <summary>A copy with one real quantized into the elements where the mask is true (PyTorch <c>masked_fill</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel, or the mask is not boolean or does not stretch to the shape.</exception>
    public static QuantizedTensor MaskedFill(this QuantizedTensor tensor, Tensor mask, double value) => tensor.Clone().MaskedFillInPlace(mask, value);

    /// <summary>
    /// Gives the tensor another shape, dense over its storage from the same offset (PyTorch <c>resize_</c>). The storage grows when it is too
    /// small, with codes of 0 (undefined in PyTorch); it never shrinks.
    /// </summary>
    /// <returns>The tensor itself.</returns>
    /// <exception cref="QuantizationException">The scheme is per channel.</exception>
    public static QuantizedTensor Resize(this QuantizedTensor tensor, Shape shape)
    {
        tensor.RequirePerTensor(nameof(Resize));
        var layout = StridedLayout.Contiguous(shape, tensor.StorageOffset);
        tensor.Storage.Grow(checked((int)layout.Extent));
        tensor.Layout = layout;
        return tensor;
    }

    // The source was made for this call, so it never overlaps the destination.
    private static void Store(QuantizedTensor tensor, QuantizedTensor dense)
    {
        int i = 0;
        foreach (int element in tensor.Layout) { tensor.Storage[element] = dense.Storage[i++]; }
    }
}
