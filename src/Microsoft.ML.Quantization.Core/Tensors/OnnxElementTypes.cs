namespace Microsoft.ML.Quantization;

/// <summary>Between element types and the numbers that ONNX gives them (<c>TensorProto.DataType</c>).</summary>
public static class OnnxElementTypes
{
    // By ONNX's number.
    private static readonly ElementType?[] s_types =
    [
        null, ElementType.Float32, ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16, ElementType.Int32, ElementType.Int64,
        null, ElementType.Boolean, ElementType.Float16, ElementType.Float64, ElementType.UInt32, ElementType.UInt64,
    ];

    /// <summary>The element type with ONNX's number <paramref name="number"/>; null when this package has none.</summary>
    public static ElementType? Of(long number) => number >= 0 && number < s_types.Length ? s_types[number] : null;

    /// <summary>ONNX's number of an element type; null for the quantized ones, whose codes a file holds as <see cref="ElementTypes.Storage"/>.</summary>
    public static int? OnnxNumber(this ElementType type) => Array.IndexOf(s_types, type) is var number and >= 0 ? number : null;
}
