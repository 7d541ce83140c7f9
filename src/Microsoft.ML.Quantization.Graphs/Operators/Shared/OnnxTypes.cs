namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The numbers that ONNX gives element types in attributes such as <c>to</c> and <c>dtype</c>.</summary>
internal static class OnnxTypes
{
    /// <summary>The element type of a number.</summary>
    /// <exception cref="QuantizationException">There is none, or this package does not have it.</exception>
    public static ElementType Read(InferenceSite site, long type) => OnnxElementTypes.Of(type)
        ?? throw site.Refuse($"it asks for ONNX's type {type}; expected a float or integer type of 8 to 64 bits, or bool");
}
