using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>The operators that only quantized networks have.</summary>
internal static class QuantizedOperators
{
    /// <summary>Whether a node quantizes, dequantizes or computes with codes.</summary>
    public static bool Contains(Node node) => node.Operator is "QuantizeLinear" or "DequantizeLinear" or "DynamicQuantizeLinear" or "MatMulInteger" or "ConvInteger" or "QLinearConv" or "QLinearMatMul"
        || ChoosesRanges(node);

    /// <summary>Whether a node chooses quantization parameters from the values it is given.</summary>
    public static bool ChoosesRanges(Node node) => node.Operator.StartsWith("DynamicQuantize", StringComparison.Ordinal);
}
