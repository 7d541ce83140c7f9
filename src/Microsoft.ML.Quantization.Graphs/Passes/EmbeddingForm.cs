using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// An embedding as 8- or 4-bit rows, each with its own scale and bias; only the rows that a run asks for become floats:
/// <code>
/// y = DequantizeLinear(Gather(codes, ids), 1) · Gather(scales, ids) + Gather(biases, ids)      bias = −zero point · scale
/// </code>
/// </summary>
/// <remarks>Real-valued zero points and the formula are those of PyTorch's <c>quantized::embedding_byte</c>.</remarks>
internal static class EmbeddingForm
{
    /// <summary>Why a Gather is not an embedding that can be quantized; null when it is. Empty text where it has nothing to do with one.</summary>
    public static string? Decline(Graph graph, Node node)
    {
        if (graph.Constant(node.Inputs[0]) is not { } table || table.Type != ElementType.Float32 || graph.Constant(node.Inputs[1]) is not null) { return ""; }
        if (table.Shape.Rank < 2 || Axis(node, table) != 0) { return "it does not gather rows of a table"; }
        return table.Length == 0 || !Rewriting.AllFinite(table) ? "its table is empty, or has NaN or infinite numbers" : null;
    }

    /// <summary>Writes it and returns what was done, for a note.</summary>
    /// <param name="writer">Takes nodes and constants.</param>
    /// <param name="builder">Takes the last node, which keeps the Gather's output.</param>
    /// <param name="node">The Gather.</param>
    /// <param name="table">Its floats, [rows, …].</param>
    /// <param name="map">Parameters of each row, quint8 or quint4x2, with real-valued zero points.</param>
    public static string Write(QdqWriter writer, GraphBuilder builder, Node node, Tensor table, QuantizationParameters map)
    {
        int rows = table.Shape[0], columns = table.Length / rows;
        bool narrow = map.Type == ElementType.QUInt4x2, packed = narrow && columns % 2 == 0 && table.Shape.Rank == 2;
        byte[] codes = Codes(table.AsSpan<float>(), columns, map);
        var biases = new float[rows];
        for (int row = 0; row < rows; row++) { biases[row] = map.FloatZeroPoints[row] * map.Scales[row] * -1f; }
        var perRow = new Shape([rows, .. Enumerable.Repeat(1, table.Shape.Rank - 1)]);
        Tensor stored = packed ? NibbleForm.Pack(codes, rows, columns) : new Tensor(ElementType.UInt8, table.Shape, codes);

        string ids = node.Inputs[1];
        string gathered = writer.Unique(node.Output + "_codes");
        builder.Add(node with { Inputs = [writer.Constant(node.Inputs[0] + "_q", stored), ids], Outputs = [gathered] });
        if (packed) { gathered = NibbleForm.Unpack(writer, gathered); }
        string reals = writer.Node(QuantizationNodes.Dequantize, [gathered, writer.Small("s", Tensor.Scalar(1f)), writer.Small("z", Tensor.Create<byte>([0], Shape.Scalar))]);
        string scales = writer.Node("Gather", [writer.Small("s", Tensor.Create(map.Scales.AsSpan(), perRow)), ids]);
        string scaled = writer.Node("Mul", [reals, scales]);
        string bias = writer.Node("Gather", [writer.Small("b", Tensor.Create<float>(biases, perRow)), ids]);
        builder.Add(new Node(writer.Unique(node.Name + "_add"), "Add", [scaled, bias], [node.Output], NodeAttributes.Empty));
        return $"embedding of {rows} rows as {(narrow ? 4 : 8)}-bit codes with a scale and a bias for each row" + (narrow && !packed ? ", one in a byte because rows are odd or not of one axis" : "");
    }

    private static int Axis(Node node, Tensor table) => (int)node.Attributes.Int("axis", 0) is var axis && axis < 0 ? axis + table.Shape.Rank : (int)node.Attributes.Int("axis", 0);

    private static byte[] Codes(ReadOnlySpan<float> table, int columns, QuantizationParameters map)
    {
        var codes = new byte[table.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            int row = i / columns;
            codes[i] = (byte)Math.Clamp(MathF.Round(table[i] / map.Scales[row] + map.FloatZeroPoints[row], MidpointRounding.ToEven), map.Range.Minimum, map.Range.Maximum);
        }
        return codes;
    }
}
