namespace Microsoft.ML.Quantization;

/// <summary>
/// What one element of a tensor is. The plain types are those of ONNX files; the quantized types (<c>QUInt8</c>, …) are PyTorch's
/// <c>torch.quint8</c>, … : the same bits, read through quantization parameters.
/// </summary>
public enum ElementType
{
    /// <summary>32-bit IEEE float.</summary>
    Float32,

    /// <summary>64-bit IEEE float.</summary>
    Float64,

    /// <summary>16-bit IEEE float.</summary>
    Float16,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean,

    /// <summary>Quantized, stored as unsigned 8-bit codes (<c>torch.quint8</c>).</summary>
    QUInt8,

    /// <summary>Quantized, stored as signed 8-bit codes (<c>torch.qint8</c>).</summary>
    QInt8,

    /// <summary>Quantized, stored as signed 32-bit codes (<c>torch.qint32</c>), as biases are.</summary>
    QInt32,

    /// <summary>Quantized to 4 bits, two codes a byte, the low nibble first (<c>torch.quint4x2</c>).</summary>
    QUInt4x2,
}
