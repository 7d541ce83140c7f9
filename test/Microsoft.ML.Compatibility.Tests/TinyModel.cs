using System.Text;

namespace Microsoft.ML.Compatibility.Tests;

/// <summary>ONNX files of a few nodes, written field by field as onnx.proto numbers them.</summary>
internal static class TinyModel
{
    public const int Float = 1, UInt8 = 2, Int8 = 3, Int32 = 6, Int64 = 7, Text = 8, Bool = 9;

    /// <summary>A node of one operator.</summary>
    public sealed record Node(string Operator, string[] Inputs, string Output);

    /// <summary>An input or output; a size of 0 is open.</summary>
    public sealed record Value(string Name, int Type, params int[] Sizes);

    /// <summary>The file.</summary>
    public static byte[] Create(Node[] nodes, Value[] inputs, Value[] outputs)
    {
        byte[] graph =
        [
            .. nodes.SelectMany(node => Field(1, [.. node.Inputs.SelectMany(name => Field(1, name)), .. Field(2, node.Output), .. Field(4, node.Operator)])),
            .. Field(2, "tiny"),
            .. inputs.SelectMany(value => Field(11, Describe(value))),
            .. outputs.SelectMany(value => Field(12, Describe(value))),
        ];
        return [.. Field(1, 8), .. Field(7, graph), .. Field(8, Field(2, 17))];
    }

    private static byte[] Describe(Value value)
    {
        byte[] shape = [.. value.Sizes.SelectMany(size => Field(1, size > 0 ? Field(1, size) : Field(2, "open")))];
        return [.. Field(1, value.Name), .. Field(2, Field(1, [.. Field(1, value.Type), .. Field(2, shape)]))];
    }

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Field(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 127; value >>= 7) { yield return (byte)(value | 128); }
        yield return (byte)value;
    }
}
