using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// What PyTorch calls the operators of a graph. A graph does not tell a module from a function (<c>nn.Conv2d</c> and
/// <c>nn.functional.conv2d</c> are both Conv), so an operator has several names, and a rule for any of them holds for it.
/// </summary>
public static class OperatorNames
{
    /// <summary>PyTorch's names of a node, as <see cref="TorchNames"/> spells them; none for an operator that PyTorch's configurations do not know.</summary>
    public static ImmutableArray<string> Of(Node node, Graph graph)
    {
        int? dimensions = Dimensions(node, graph);
        return node.Operator switch
        {
            "Conv" => Dimensional(dimensions, "nn.Conv{0}d", "nn.functional.conv{0}d"),
            "ConvTranspose" => Dimensional(dimensions, "nn.ConvTranspose{0}d", "nn.functional.conv_transpose{0}d"),
            "Gemm" => ["nn.Linear", "nn.functional.linear", "torch.addmm"],
            "MatMul" => IsConstant(node, graph, 1) ? ["nn.Linear", "nn.functional.linear", "torch.matmul"] : ["torch.matmul"],
            "Add" => ["operator.add", "torch.add"],
            "Mul" => ["operator.mul", "torch.mul"],
            "Concat" => ["torch.cat"],
            "BatchNormalization" => Dimensional(dimensions ?? 1, "nn.BatchNorm{0}d"),
            "InstanceNormalization" => Dimensional(dimensions, "nn.InstanceNorm{0}d").Add("nn.functional.instance_norm"),
            "GroupNormalization" => ["nn.GroupNorm", "nn.functional.group_norm"],
            "LayerNormalization" => ["nn.LayerNorm", "nn.functional.layer_norm"],
            "AveragePool" => Dimensional(dimensions, "nn.AvgPool{0}d", "nn.functional.avg_pool{0}d"),
            "GlobalAveragePool" => Dimensional(dimensions, "nn.AdaptiveAvgPool{0}d", "nn.functional.adaptive_avg_pool{0}d"),
            "MaxPool" => Dimensional(dimensions, "nn.MaxPool{0}d", "nn.functional.max_pool{0}d"),
            "Relu" => ["nn.ReLU", "nn.functional.relu", "torch.relu", "relu", "relu_"],
            "Clip" => ["nn.ReLU6", "nn.Hardtanh", "nn.functional.relu6", "nn.functional.hardtanh", "nn.functional.hardtanh_", "torch.clamp", "clamp"],
            "Elu" => ["nn.ELU", "nn.functional.elu"],
            "LeakyRelu" => ["nn.LeakyReLU", "nn.functional.leaky_relu"],
            "HardSwish" => ["nn.Hardswish", "nn.functional.hardswish"],
            "PRelu" => ["nn.PReLU"],
            "Dropout" => ["nn.Dropout", "nn.functional.dropout"],
            "HardSigmoid" => ["nn.Hardsigmoid", "nn.functional.hardsigmoid", "hardsigmoid", "hardsigmoid_"],
            "Sigmoid" => ["nn.Sigmoid", "torch.sigmoid", "sigmoid", "sigmoid_"],
            "Tanh" => ["nn.Tanh", "torch.tanh", "tanh", "tanh_"],
            "Softmax" => ["nn.Softmax"],
            "Identity" => ["nn.Identity", "contiguous", "detach", "detach_"],
            "Resize" or "Upsample" => ["nn.functional.interpolate"],
            "Flatten" => ["torch.flatten"],
            "Reshape" => ["reshape", "view", "torch.flatten"],
            "ReduceMean" => ["torch.mean", "mean"],
            "Transpose" => ["torch.transpose", "transpose", "permute"],
            "Squeeze" => ["torch.squeeze", "squeeze", "squeeze_"],
            "Unsqueeze" => ["torch.unsqueeze", "unsqueeze", "unsqueeze_"],
            "Tile" => ["repeat", "torch.repeat_interleave", "repeat_interleave"],
            "Gather" => IsConstant(node, graph, 0) ? ["nn.Embedding"] : [],
            "LSTM" => ["nn.LSTM"],
            "GRU" => ["nn.GRU"],
            _ => [],
        };
    }

    /// <summary>
    /// The operators that a node computes one after the other, each by its names: with an activation fused behind it, two.
    /// </summary>
    internal static ImmutableArray<ImmutableArray<string>> Chain(Node node, Graph graph) => node.Attributes.String(Node.Activation, "") switch
    {
        "" => [Of(node, graph)],
        string activation => [Of(node, graph), Of(node with { Operator = activation, Attributes = NodeAttributes.Empty }, graph)],
    };

    // Without a known shape every dimension is possible.
    private static ImmutableArray<string> Dimensional(int? dimensions, params ImmutableArray<string> forms) => dimensions is { } known
        ? [.. forms.Select(form => form.Replace("{0}", $"{known}", StringComparison.Ordinal))]
        : [.. Enumerable.Range(1, 3).SelectMany(d => forms.Select(form => form.Replace("{0}", $"{d}", StringComparison.Ordinal)))];

    // Batch and channels are not counted.
    private static int? Dimensions(Node node, Graph graph) =>
        node.HasInput(0) && graph.Fact(node.Inputs[0]).Rank is > 2 and int rank ? rank - 2 : null;

    private static bool IsConstant(Node node, Graph graph, int input) => node.HasInput(input) && graph.Constant(node.Inputs[input]) is not null;
}
