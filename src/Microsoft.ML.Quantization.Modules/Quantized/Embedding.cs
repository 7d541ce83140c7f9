using System.Buffers.Binary;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>Rows of 8 or 4 bits by index. PyTorch's <c>torch.nn.quantized.Embedding</c>; entry <c>weight</c>: the packed bytes, uint8 [rows, bytes].</summary>
public sealed class Embedding : Module
{
    private readonly int _bits;

    /// <param name="table">The packed rows.</param>
    public Embedding(PackedEmbedding table)
    {
        _bits = table.Bits;
        RegisterBuffer("weight", table.Bytes);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.Embedding";

    /// <summary>The packed rows.</summary>
    public PackedEmbedding Table => FromState(() => PackedEmbedding.FromBytes(Entry("weight")!, _bits));

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value.Traced is { } traced
        ? new Value(new TracedValue(traced.Trace, PackedRows.Write(traced.Trace, Table, traced.Name)))
        : Embeddings.Embedding(Table, value.ToTensor());
}

/// <summary>Packed rows as nodes: 8-bit codes, then float32 scale and shift; or two 4-bit codes in a byte, the lower bits first, then halves.</summary>
internal static class PackedRows
{
    /// <summary><c>code · scale[row] + bias[row]</c> of the rows that the indices name.</summary>
    public static string Write(Trace trace, PackedEmbedding table, string indices)
    {
        var codes = new Tensor(ElementType.UInt8, new Shape(table.Rows, table.Columns));
        float[] scales = new float[table.Rows], shifts = new float[table.Rows];
        for (int row = 0; row < table.Rows; row++)
        {
            ReadOnlySpan<byte> bytes = table.Bytes.Bytes.Slice(row * table.RowBytes, table.RowBytes);
            for (int column = 0; column < table.Columns; column++) { codes.Bytes[row * table.Columns + column] = table.Bits == 8 ? bytes[column] : (byte)(bytes[column / 2] >> (column % 2 * 4) & 15); }
            (scales[row], shifts[row]) = table.Bits == 8
                ? (BinaryPrimitives.ReadSingleLittleEndian(bytes[^8..]), BinaryPrimitives.ReadSingleLittleEndian(bytes[^4..]))
                : ((float)BinaryPrimitives.ReadHalfLittleEndian(bytes[^4..]), (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[^2..]));
        }
        string reals = trace.Node("Cast", [trace.Node("Gather", [trace.Constant("codes", codes), indices])], NodeAttributes.Empty.With("to", 1L));
        return trace.Node("Add", [trace.Node("Mul", [reals, Row("scales", scales)]), Row("shifts", shifts)]);

        string Row(string name, float[] values) => trace.Node("Gather", [trace.Constant(name, Tensor.Create<float>(values, new Shape(values.Length, 1))), indices]);
    }
}

/// <summary>
/// Sums, means or maxima of bags of 8- or 4-bit rows. PyTorch's <c>torch.nn.quantized.EmbeddingBag</c>; values are the indices, the offsets when the indices have one axis, and weights of the indices or none.
/// </summary>
public sealed class EmbeddingBag : Module
{
    private readonly int _bits;
    private readonly BagMode _mode;
    private readonly bool _includeLastOffset;

    /// <param name="table">The packed rows.</param>
    /// <param name="mode">How a bag is reduced.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    public EmbeddingBag(PackedEmbedding table, BagMode mode = BagMode.Sum, bool includeLastOffset = false)
    {
        (_bits, _mode, _includeLastOffset) = (table.Bits, mode, includeLastOffset);
        RegisterBuffer("weight", table.Bytes);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.EmbeddingBag";

    /// <summary>The packed rows.</summary>
    public PackedEmbedding Table => FromState(() => PackedEmbedding.FromBytes(Entry("weight")!, _bits));

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length is 0 or > 3) { throw new QuantizationException($"{TypeName} was given {values.Length} values; expected indices, offsets and weights of the indices."); }
        if (values[0].Traced is { } traced) { return [new(new TracedValue(traced.Trace, BagNodes.Write(new(traced.Trace), values.Select(traced.Trace.Real).ToImmutableArray(), indices => PackedRows.Write(traced.Trace, Table, indices), _mode, _includeLastOffset)))]; }
        return [Embeddings.EmbeddingBag(Table, values[0].ToTensor(), values.ElementAtOrDefault(1)?.ToTensor(),
            new() { Mode = _mode, IncludeLastOffset = _includeLastOffset, PerSampleWeights = values.ElementAtOrDefault(2)?.ToTensor() })];
    }
}
