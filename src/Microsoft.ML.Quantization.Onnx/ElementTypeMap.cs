namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Between this package's element types and the numbers ONNX gives them.</summary>
internal static class ElementTypeMap
{
    private static readonly string[] s_names =
    [
        "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double", "uint32", "uint64",
        "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
    ];

    /// <summary>The element type with ONNX's number <paramref name="number"/>, or null when this package has none.</summary>
    public static ElementType? FromOnnx(int number) => number switch
    {
        1 => ElementType.Float32,
        2 => ElementType.UInt8,
        3 => ElementType.Int8,
        4 => ElementType.UInt16,
        5 => ElementType.Int16,
        6 => ElementType.Int32,
        7 => ElementType.Int64,
        9 => ElementType.Boolean,
        10 => ElementType.Float16,
        11 => ElementType.Float64,
        12 => ElementType.UInt32,
        13 => ElementType.UInt64,
        _ => null,
    };

    /// <summary>ONNX's number for an element type.</summary>
    /// <exception cref="QuantizationException">It is one of PyTorch's quantized types, which a file cannot hold.</exception>
    public static int ToOnnx(ElementType type, string value) => type switch
    {
        ElementType.Float32 => 1,
        ElementType.UInt8 => 2,
        ElementType.Int8 => 3,
        ElementType.UInt16 => 4,
        ElementType.Int16 => 5,
        ElementType.Int32 => 6,
        ElementType.Int64 => 7,
        ElementType.Boolean => 9,
        ElementType.Float16 => 10,
        ElementType.Float64 => 11,
        ElementType.UInt32 => 12,
        ElementType.UInt64 => 13,
        _ => throw new QuantizationException(
            $"Value '{value}' has element type {type.Name()}, which an ONNX file cannot hold; expected its codes as {type.Storage().Name()} between QuantizeLinear and DequantizeLinear. Convert the graph before saving it."),
    };

    /// <summary>ONNX's name of its type number, for messages.</summary>
    public static string NameOf(int number) => number >= 0 && number < s_names.Length ? s_names[number] : $"number {number}";

    /// <summary>The refusal of a type this package has not.</summary>
    public static QuantizationException Unsupported(string what, int number) => new(
        $"{what} has element type {NameOf(number)}; expected float, double, float16, bool or an integer type of 8 to 64 bits. Cast it in the exporting framework.");
}
