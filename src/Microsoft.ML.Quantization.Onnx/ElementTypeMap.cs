namespace Microsoft.ML.Quantization.Onnx;

/// <summary>ONNX's element types in files, and the refusals of those that do not fit.</summary>
internal static class ElementTypeMap
{
    private static readonly string[] s_names =
    [
        "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double", "uint32", "uint64",
        "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
    ];

    /// <summary>ONNX's number for an element type.</summary>
    /// <exception cref="QuantizationException">It is one of PyTorch's quantized types, which a file cannot hold.</exception>
    public static int ToOnnx(ElementType type, string value) => type.OnnxNumber()
        ?? throw new QuantizationException(
            $"Value '{value}' has element type {type.Name()}, which an ONNX file cannot hold; expected its codes as {type.Storage().Name()} between QuantizeLinear and DequantizeLinear. Convert the graph before saving it.");

    /// <summary>ONNX's name of its type number, for messages.</summary>
    public static string NameOf(int number) => number >= 0 && number < s_names.Length ? s_names[number] : $"number {number}";

    /// <summary>The refusal of a type this package has not.</summary>
    public static QuantizationException Unsupported(string what, int number) => new(
        $"{what} has element type {NameOf(number)}; expected float, double, float16, bool or an integer type of 8 to 64 bits. Cast it in the exporting framework.");
}
