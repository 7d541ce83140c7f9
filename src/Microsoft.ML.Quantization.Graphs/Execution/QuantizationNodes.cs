using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Reads the parameters that QuantizeLinear and DequantizeLinear nodes carry as constants.</summary>
internal static class QuantizationNodes
{
    public const string Quantize = "QuantizeLinear";

    public const string Dequantize = "DequantizeLinear";

    /// <summary>The first node, those of inner graphs included, that quantizes, dequantizes or computes with codes; null in a float graph.</summary>
    public static Node? First(Graph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            if (IsDynamic(node) || node.Operator is Quantize or Dequantize or "MatMulInteger" or "ConvInteger" or "QLinearConv" or "QLinearMatMul") { return node; }
            foreach (Graph inner in node.InnerGraphs)
            {
                if (First(inner) is { } found) { return found; }
            }
        }
        return null;
    }

    /// <summary>Whether a node, or one of its inner graphs, finds quantization parameters while it runs.</summary>
    public static bool ChoosesRanges(Node node) => IsDynamic(node) || node.InnerGraphs.Any(inner => inner.ChoosesRanges);

    private static bool IsDynamic(Node node) => node.Operator.StartsWith("DynamicQuantize", StringComparison.Ordinal);

    /// <summary>The map of such a node; null when scale or zero point is not a constant, or the codes are not 8 or 32 bits wide.</summary>
    /// <exception cref="QuantizationException">A constant scale or zero point is out of bounds.</exception>
    public static QuantizationParameters? Parameters(Graph graph, Node node)
    {
        if (node.Attributes.Int("block_size", 0) != 0 || graph.Constant(node.Inputs[1]) is not { Type: ElementType.Float32 } scale) { return null; }
        Tensor? zeroPoint = null;
        if (node.HasInput(2) && (zeroPoint = graph.Constant(node.Inputs[2])) is null) { return null; }

        ElementType codes = graph.Fact(node.Operator == Quantize ? node.Outputs[0] : node.Inputs[0]).Type;
        ElementType? type = codes switch
        {
            ElementType.UInt8 => ElementType.QUInt8,
            ElementType.Int8 => ElementType.QInt8,
            ElementType.Int32 => ElementType.QInt32,
            _ => null,
        };
        if (type is null) { return null; }

        int[] zeroPoints = new int[scale.Length];
        for (int i = 0; i < zeroPoints.Length; i++)
        {
            zeroPoints[i] = zeroPoint?.Type switch
            {
                null => 0,
                ElementType.UInt8 => zeroPoint.AsSpan<byte>()[i],
                ElementType.Int8 => zeroPoint.AsSpan<sbyte>()[i],
                _ => zeroPoint.AsSpan<int>()[i],
            };
        }
        int rank = graph.Fact(node.Inputs[0]).Rank;
        int axis = (int)node.Attributes.Int("axis", 1);
        bool perChannel = scale.Shape.Rank == 1 && scale.Length > 1;
        try
        {
            return new([.. scale.AsSpan<float>()], [.. zeroPoints], perChannel ? (axis < 0 ? axis + rank : axis) : null, type.Value);
        }
        catch (QuantizationException problem)
        {
            throw new QuantizationException($"{node}: {problem.Message}", problem);
        }
    }
}
