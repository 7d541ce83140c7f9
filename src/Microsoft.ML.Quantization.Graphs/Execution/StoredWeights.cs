using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Constant weights that a graph holds as codes: <c>real[i] = float32(float32(code[i] − zero[b]) · scale[b])</c> with b the block of i. Read off a DequantizeLinear
/// with one scale or one for each index of an axis, and off what <see cref="WeightOnlyRewrite"/> writes; a Transpose of a matrix may follow.
/// </summary>
/// <param name="Shape">Shape of the codes.</param>
/// <param name="Transposed">Whether the value is the transpose of the codes' matrix.</param>
/// <param name="Codes">Codes, uint8; those of int8 are moved up by 128.</param>
/// <param name="Blocks">Which weights share a scale.</param>
/// <param name="Scales">One for each block.</param>
/// <param name="ZeroPoints">One for each block, moved as the codes.</param>
internal sealed record StoredWeights(Shape Shape, bool Transposed, byte[] Codes, WeightBlocks Blocks, float[] Scales, byte[] ZeroPoints)
{
    private const byte SignedMiddle = 128;

    /// <summary>The weights that a value is; null when it is something else.</summary>
    public static StoredWeights? Read(Graph graph, OperatorList operators, string value)
    {
        if (graph.Producer(value) is { Operator: "Transpose", Domain: "" } transpose && graph.Fact(value).Rank == 2)
        {
            return transpose.Attributes.Ints("perm") is null or [1, 0] && Read(graph, operators, transpose.Inputs[0]) is { Transposed: false } stored ? stored with { Transposed = true } : null;
        }
        return PerChannel(graph, operators, value) ?? InBlocks(graph, operators, value);
    }

    private static StoredWeights? PerChannel(Graph graph, OperatorList operators, string value)
    {
        if (graph.Producer(value) is not { Operator: QuantizationNodes.Dequantize, Domain: "" } dequantize || QuantizationNodes.Parameters(graph, dequantize) is not { } map
            || map.Type is not (ElementType.QUInt8 or ElementType.QInt8) || Evaluate(graph, operators, dequantize.Inputs[0]) is not { Length: > 0 } codes) { return null; }
        Shape shape = codes.Shape;
        WeightBlocks? blocks = map.Axis is not { } axis ? new WeightBlocks(1, 1, shape.Length, 1)
            : shape.Count(0, axis) == 1 ? new WeightBlocks(shape[axis], 1, shape.Count(axis + 1, shape.Rank), 1)
            : shape.Count(axis + 1, shape.Rank) == 1 ? new WeightBlocks(1, 1, shape.Count(0, axis), shape[axis])
            : null;
        if (blocks is null || map.Scales.Length != blocks.Value.Count) { return null; }
        byte[] bytes = codes.Bytes.ToArray();
        byte shift = map.Type == ElementType.QInt8 ? SignedMiddle : (byte)0;
        foreach (ref byte code in bytes.AsSpan()) { code ^= shift; }
        return new(shape, false, bytes, blocks.Value, [.. map.Scales], [.. map.ZeroPoints.Select(zero => (byte)(zero + shift))]);
    }

    // Reshape((DequantizeLinear(codes, 1, zero point) − zero points) · scales)
    private static StoredWeights? InBlocks(Graph graph, OperatorList operators, string value)
    {
        if (graph.Producer(value) is not { Operator: "Reshape", Domain: "" } whole || !graph.Fact(value).IsStatic
            || graph.Producer(whole.Inputs[0]) is not { Operator: "Mul", Domain: "" } scaled || graph.Constant(scaled.Inputs[1]) is not { Type: ElementType.Float32, Shape.Rank: 4 } scales
            || !graph.Fact(scaled.Output).IsStatic || graph.Fact(scaled.Output).ToShape() is not { Rank: 4, Length: > 0 } seen) { return null; }
        var blocks = new WeightBlocks(seen[0], seen[1], seen[2], seen[3]);
        var perBlock = new Shape(seen[0], seen[1], 1, seen[3]);
        string reals = scaled.Inputs[0];
        byte[]? zeros = null;
        if (graph.Producer(reals) is { Operator: "Sub", Domain: "" } shifted)
        {
            if (Plain(graph, operators, shifted.Inputs[1]) is not ({ } points, 0) || points.Shape != perBlock) { return null; }
            (reals, zeros) = (shifted.Inputs[0], points.Bytes.ToArray());
        }
        if (graph.Producer(reals) is { Operator: "Reshape", Domain: "" } reshape) { reals = reshape.Inputs[0]; }
        if (scales.Shape != perBlock || Plain(graph, operators, reals) is not ({ } codes, var zero) || codes.Length != seen.Length || (zeros is not null && zero != 0)) { return null; }
        return new(graph.Fact(value).ToShape(), false, codes.Bytes.ToArray(), blocks, scales.AsSpan<float>().ToArray(), zeros ?? [.. Enumerable.Repeat(zero, blocks.Count)]);
    }

    /// <summary>Codes behind a DequantizeLinear of scale 1, and its zero point.</summary>
    private static (Tensor Codes, byte Zero)? Plain(Graph graph, OperatorList operators, string value) =>
        graph.Producer(value) is { Operator: QuantizationNodes.Dequantize, Domain: "" } dequantize && QuantizationNodes.Parameters(graph, dequantize) is { Type: ElementType.QUInt8, IsPerChannel: false, Scale: 1f } map
            && Evaluate(graph, operators, dequantize.Inputs[0]) is { } codes ? (codes, (byte)map.ZeroPoint) : null;

    /// <summary>Codes that are constant, or computed from such: 4-bit codes are unpacked by operators.</summary>
    private static Tensor? Evaluate(Graph graph, OperatorList operators, string value)
    {
        if (graph.Constant(value) is { } constant) { return constant; }
        if (graph.Producer(value) is not { } node || graph.Fact(value) is not { IsStatic: true, Type: ElementType.UInt8 or ElementType.Int8 } fact || node.Outputs.Length != 1) { return null; }
        var inputs = ImmutableArray.CreateBuilder<Tensor?>(node.Inputs.Length);
        foreach (string input in node.Inputs)
        {
            Tensor? tensor = input.Length == 0 ? null : Evaluate(graph, operators, input);
            if (input.Length > 0 && tensor is null) { return null; }
            inputs.Add(tensor);
        }
        return operators.Find(node, graph.Opset) is not IValueOperator and { } op ? ConstantEvaluator.Evaluate(node, op, inputs.ToImmutable(), [fact])[0] : null;
    }
}
