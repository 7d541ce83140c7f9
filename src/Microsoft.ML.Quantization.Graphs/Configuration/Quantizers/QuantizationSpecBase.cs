namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// How a tensor is to be quantized at one <see cref="QuantizationPoint"/>: by an observer (<see cref="QuantizationSpec"/>), by parameters known
/// beforehand (<see cref="FixedQParamsQuantizationSpec"/>), with those of another point (<see cref="SharedQuantizationSpec"/>) or with parameters
/// computed from those of others (<see cref="DerivedQuantizationSpec"/>). Immutable and comparable by value.
/// </summary>
/// <remarks>Source: PyTorch <c>torch.ao.quantization.quantizer.quantizer</c>.</remarks>
public abstract record QuantizationSpecBase
{
    private protected QuantizationSpecBase()
    {
    }

    private protected static string Codes(ElementType type, int? minimum, int? maximum) => minimum is null && maximum is null ? type.Name() : $"{type.Name()} {minimum}..{maximum}";

    private protected static void CheckRange(int? minimum, int? maximum)
    {
        if (minimum > maximum) { throw new QuantizationException($"The smallest code of a quantization specification is {minimum} and the largest {maximum}; expected the smaller one first."); }
    }

    private protected static void CheckType(ElementType type)
    {
        if (type is not (ElementType.QUInt8 or ElementType.QInt8 or ElementType.QInt32 or ElementType.QUInt4x2 or ElementType.Float16 or ElementType.Float32))
        {
            throw new QuantizationException($"A quantization specification has the type {type.Name()}; expected quint8, qint8, qint32, quint4x2, float16 or float32.");
        }
    }

    private protected static void CheckAxis(int? axis)
    {
        if (axis < 0) { throw new QuantizationException($"The channel axis of a quantization specification is {axis}; expected 0 or more."); }
    }
}
