using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Finds values that hold, or may hold, an additive mask: numbers like −10⁹ or −∞ beside which 8 bits have no codes left for anything else.
/// <list type="bullet">
/// <item>A constant of large magnitude, and what operators that pass magnitudes on make of it.</item>
/// <item>A value from outside (an input of the graph, and what no weights have touched) that is added to, or chosen in the place of, what
/// Softmax reads: calibration may show any magnitude there, or none.</item>
/// </list>
/// </summary>
internal sealed class MaskValues
{
    // Operators that pass a large value on; behind others (Softmax, MatMul, …) nothing is known of it.
    private static readonly ImmutableHashSet<string> s_carry = ["Add", "Sub", "Mul", "Where", "Unsqueeze", "Squeeze", "Reshape", "Flatten", "Expand", "Cast", "Identity", "Transpose", "Slice", "Concat", "Neg"];

    // Operators between scores and Softmax.
    private static readonly ImmutableHashSet<string> s_towardsSoftmax = [.. s_carry, "Div", "Clip", "Min", "Max", "Dropout"];

    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly PrepareOptions _options;

    public MaskValues(Graph graph, PrepareOptions options)
    {
        _options = options;
        foreach ((string name, Tensor tensor) in graph.Constants)
        {
            if (tensor.Type == ElementType.Float32 && IsLarge(tensor)) { _reasons[name] = $"holds constants of magnitude {options.LargestConstant} or more (an additive mask?), which would take all codes from the other values"; }
        }
        HashSet<string> scores = Scores(graph), outside = Outside(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator is "Add" or "Sub" or "Where" && node.Outputs.Any(scores.Contains))
            {
                foreach (string input in node.Inputs.Where(outside.Contains)) { _reasons.TryAdd(input, "comes from outside and is added to what Softmax reads (an additive mask?); its magnitude may leave no codes for the other values"); }
            }
            if (s_carry.Contains(node.Operator) && node.Inputs.FirstOrDefault(_reasons.ContainsKey) is { } source)
            {
                foreach (string output in node.Outputs) { _reasons.TryAdd(output, _reasons[source]); }
            }
        }
    }

    /// <summary>Why a value keeps its readers in float, as the rest of a sentence about it; null when nothing speaks against codes.</summary>
    public string? Why(string value) => _reasons.GetValueOrDefault(value);

    private static HashSet<string> Scores(Graph graph)
    {
        var scores = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes.Reverse())
        {
            if (node.Operator is "Softmax" or "LogSoftmax") { scores.Add(node.Inputs[0]); }
            else if (s_towardsSoftmax.Contains(node.Operator) && node.Outputs.Any(scores.Contains)) { scores.UnionWith(node.Inputs); }
        }
        return scores;
    }

    // Float values that are computed from inputs of the graph without weights.
    private HashSet<string> Outside(Graph graph)
    {
        var computed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            bool hasWeights = _options.Operators.Find(node, graph.Opset).Traits.WeightInput is not null || node.Operator is "LSTM" or "GRU" or "RNN" or "Einsum"
                || (node.Operator == "Gather" && graph.Constant(node.Inputs[0]) is { Type: ElementType.Float32 });
            if (hasWeights || node.Inputs.Any(computed.Contains)) { computed.UnionWith(node.Outputs); }
        }
        return [.. graph.Facts.Where(pair => pair.Value.Type == ElementType.Float32 && graph.Constant(pair.Key) is null && !computed.Contains(pair.Key)).Select(pair => pair.Key)];
    }

    private bool IsLarge(Tensor tensor)
    {
        foreach (float value in tensor.AsSpan<float>())
        {
            if (!(Math.Abs(value) < _options.LargestConstant)) { return true; }
        }
        return false;
    }
}
