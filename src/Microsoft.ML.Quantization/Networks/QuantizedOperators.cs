using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>The operators that only quantized networks have.</summary>
internal static class QuantizedOperators
{
    /// <summary>Whether a node, those of inner graphs included, quantizes, dequantizes or computes with codes.</summary>
    public static bool StandIn(Graph graph) => graph.ChoosesRanges
        || graph.Nodes.Any(node => node.Operator is "QuantizeLinear" or "DequantizeLinear" or "MatMulInteger" or "ConvInteger" or "QLinearConv" or "QLinearMatMul"
            || node.Attributes.Any(attribute => attribute.Value is Graph inner && StandIn(inner)));
}
