using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Whether the first axis of the inputs stays the first axis of every value, and row n of a value depends on row n of the inputs alone. Then a call for many rows that
/// chooses a range for each row gives what a call for each row gives. A proof by operator: what is not listed is not separable.
/// </summary>
internal static class RowSeparation
{
    private static readonly FrozenSet<string> s_elementwise = new[]
    {
        "Abs", "Add", "Cast", "Celu", "Clip", "Div", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log", "Max", "Min", "Mish", "Mul", "Neg", "PRelu", "Pow",
        "Reciprocal", "Relu", "Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Sub", "Tanh",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_perImage = new[]
    {
        "AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "GlobalAveragePool", "GlobalMaxPool", "InstanceNormalization", "LRN", "MaxPool",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the number of rows is a name: the caller chooses it.</summary>
    public static bool IsNamed(Graph graph) => !graph.Inputs.IsEmpty && graph.Inputs.All(static input => input.Fact.Rank > 0 && input.Fact.Dimensions[0].Symbol is not null);

    /// <summary>Looks at the nodes that a plan runs.</summary>
    /// <param name="graph">Their graph.</param>
    /// <param name="nodes">The nodes, in order.</param>
    /// <param name="collapsed">Those that stand for a group.</param>
    public static bool Holds(Graph graph, IEnumerable<Node> nodes, IReadOnlyDictionary<Node, CollapsedGroup> collapsed)
    {
        if (graph.Inputs.IsEmpty || graph.Inputs.Any(input => input.Fact.Rank == 0)) { return false; }
        Dimension rows = graph.Inputs[0].Fact.Dimensions[0];
        var apart = new HashSet<string>(graph.Inputs.Where(input => IsRows(input.Fact)).Select(input => input.Name), StringComparer.Ordinal);
        if (apart.Count != graph.Inputs.Length) { return false; }
        var constants = new HashSet<string>(graph.Constants.Keys, StringComparer.Ordinal);
        foreach (Node node in nodes)
        {
            string[] inputs = [.. node.Inputs.Where(input => input.Length > 0)];
            bool isGroup = collapsed.TryGetValue(node, out CollapsedGroup? group);
            if (!isGroup && inputs.All(constants.Contains))
            {
                constants.UnionWith(node.Outputs);
                continue;
            }
            bool holds = isGroup ? apart.Contains(group!.Input) && (group.KeepsRowsOfVectors || graph.Fact(group.Input).Rank >= 2) : inputs.All(input => apart.Contains(input) || constants.Contains(input)) && Keeps(node);
            if (!holds || !node.Outputs.Where(output => output.Length > 0).All(output => IsRows(graph.Fact(output)))) { return false; }
            apart.UnionWith(node.Outputs);
        }
        return graph.Outputs.All(output => apart.Contains(output.Name));

        bool IsRows(TensorFact fact) => fact.Rank > 0 && (fact.Dimensions[0], rows) is var (first, all) && (first.Size is not null || first.Symbol is not null) && first == all;

        bool IsFirst(Node node) => apart.Contains(node.Inputs[0]) && node.Inputs.Skip(1).All(input => input.Length == 0 || constants.Contains(input));

        bool Keeps(Node node)
        {
            if (node.Domain.Length > 0) { return false; }
            int rank = graph.Fact(node.Output).Rank, ofInput = graph.Fact(node.Inputs[0]).Rank;
            if (s_elementwise.Contains(node.Operator)) { return node.Inputs.All(input => input.Length == 0 || Stretches(graph.Fact(input), apart.Contains(input), rank)); }
            if (s_perImage.Contains(node.Operator)) { return IsFirst(node); }
            return node.Operator switch
            {
                "MatMul" => ofInput >= 2 && IsFirst(node) && graph.Fact(node.Inputs[1]).Rank <= 2 || ofInput >= 3 && node.Inputs.All(input => apart.Contains(input) && graph.Fact(input).Rank == ofInput),
                "Gemm" => IsFirst(node) && node.Attributes.Int("transA", 0) == 0 && (!node.HasInput(2) || Stretches(graph.Fact(node.Inputs[2]), false, rank)),
                // Row-major order: with as many rows before as after, each row keeps its elements.
                "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => IsFirst(node),
                "QuantizeLinear" or "DequantizeLinear" => IsFirst(node) && (graph.Fact(node.Inputs[1]).Dimensions.All(static size => size.Size == 1) || Axes.FromFront(node.Attributes.Int("axis", 1), rank) != 0),
                "Gather" => constants.Contains(node.Inputs[0]) && apart.Contains(node.Inputs[1]) && Axes.FromFront(node.Attributes.Int("axis", 0), ofInput) == 0,
                "Concat" => node.Inputs.All(apart.Contains) && Axes.FromFront(node.Attributes.Int("axis", 0), rank) != 0,
                "Transpose" => node.Attributes.Ints("perm") is { Length: > 0 } order && order[0] == 0,
                "Pad" => IsFirst(node) && !node.HasInput(3) && Setting(node, 1, "pads") is { IsDefaultOrEmpty: false } pads && pads[0] == 0 && pads[ofInput] == 0,
                "Slice" => IsFirst(node) && Setting(node, 3, "axes") is { IsDefaultOrEmpty: false } axes && axes.All(axis => Axes.FromFront(axis, ofInput) != 0),
                "Softmax" or "LogSoftmax" => Axes.FromFront(node.Attributes.Int("axis", graph.Opset >= 13 ? -1 : 1), rank) != 0,
                "LayerNormalization" => IsFirst(node) && Axes.FromFront(node.Attributes.Int("axis", -1), rank) != 0,
                "ReduceMean" or "ReduceSum" or "ReduceMax" => IsFirst(node) && Setting(node, 1, "axes") is { IsDefaultOrEmpty: false } axes && axes.All(axis => Axes.FromFront(axis, ofInput) != 0),
                _ => false,
            };
        }

        ImmutableArray<long> Setting(Node node, int input, string attribute) => node.HasInput(input) ? graph.Constant(node.Inputs[input]) is { Type: ElementType.Int64 } values ? [.. values.AsSpan<long>()] : [] : node.Attributes.Ints(attribute) ?? [];
    }

    // A value of rows lies under the result's first axis; a constant is the same for all rows.
    private static bool Stretches(TensorFact fact, bool isRows, int rank) => isRows ? fact.Rank == rank : fact.Rank < rank || fact.Dimensions[0].Size == 1;
}
