using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// 4-bit codes in ONNX's plain operators: two in a byte, the first half of an axis in the low bits and the second half in the high ones, so that
/// <c>Concat(Mod(bytes, 16), BitShift(bytes, 4))</c> brings them back in order. Unlike ONNX's own 4-bit types it needs no new operator set, and rows can be gathered.
/// </summary>
internal static class NibbleForm
{
    /// <summary>Packs rows of an even number of codes 0..15, one in a byte: [rows, columns] to [rows, columns / 2].</summary>
    public static Tensor Pack(ReadOnlySpan<byte> codes, int rows, int columns)
    {
        int half = columns / 2;
        var packed = new byte[rows * half];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < half; i++) { packed[row * half + i] = (byte)(codes[row * columns + i] | codes[row * columns + half + i] << 4); }
        }
        return new Tensor(ElementType.UInt8, new Shape(rows, half), packed);
    }

    /// <summary>Whether a node is one of those that <see cref="Unpack"/> writes, behind a constant.</summary>
    public static bool Unpacks(Graph graph, Node node) => node.Domain.Length == 0 && (node.Operator switch
    {
        "Mod" or "BitShift" => graph.Fact(node.Output).Type == ElementType.UInt8 && graph.Consumers(node.Output) is [{ } reader] && IsUnpacked(graph, reader),
        "Concat" => IsUnpacked(graph, node),
        _ => false,
    });

    private static bool IsUnpacked(Graph graph, Node concat) => concat is { Operator: "Concat", Domain: "", Inputs.Length: 2 }
        && graph.Producer(concat.Inputs[0]) is { Operator: "Mod", Domain: "" } low && graph.Producer(concat.Inputs[1]) is { Operator: "BitShift", Domain: "" } high && low.Inputs[0] == high.Inputs[0]
        && graph.Constant(low.Inputs[0]) is not null;

    /// <summary>Adds the nodes that unpack the last axis of a value, and returns the codes' name.</summary>
    public static string Unpack(QdqWriter writer, string packed)
    {
        string low = writer.Node("Mod", [packed, writer.Small("n", Tensor.Create<byte>([16], Shape.Scalar))]);
        string high = writer.Node("BitShift", [packed, writer.Small("n", Tensor.Create<byte>([4], Shape.Scalar))], NodeAttributes.Empty.With("direction", "RIGHT"));
        return writer.Node("Concat", [low, high], NodeAttributes.Empty.With("axis", -1L));
    }
}
