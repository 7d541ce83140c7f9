using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What PyTorch's quantizers call the operators of a graph: <c>aten</c> operators by shape and constants, and functions that ONNX files spell out.</summary>
internal sealed class PatternNodes
{
    private readonly Graph _graph;
    private readonly OperatorList _operators = OperatorList.BuiltIn;
    private readonly ElementwiseRoots _roots;
    private readonly MaskValues _masks;
    private readonly HashSet<Node> _inFunctions = new(ReferenceEqualityComparer.Instance);

    public PatternNodes(Graph graph)
    {
        (_graph, _roots, _masks) = (graph, new(graph, _operators), new(graph, PrepareOptions.Default));
        foreach (Node last in graph.Nodes.Where(IsFunction)) { _inFunctions.UnionWith(_roots.Before(last).Append(last)); }
    }

    /// <summary>Whether a node is a product with a constant matrix: <c>aten.linear</c>.</summary>
    public bool IsLinear(Node node) => node is { Domain: "", Operator: "Gemm" or "MatMul" } && HasWeights(node) && _graph.Fact(node.Inputs[1]).Rank == 2 && node.Attributes.Int("transA", 0) == 0
        && node.Attributes.Float("alpha", 1f) == 1f && (!node.HasInput(2) || node.Attributes.Float("beta", 1f) == 1f);

    /// <summary>Whether a node is a convolution over this many axes of space, with constant weights.</summary>
    public bool IsConv(Node node, int dimensions, string op = "Conv") => node.Domain.Length == 0 && node.Operator == op && HasWeights(node) && _graph.Fact(node.Inputs[0]).Rank == dimensions + 2;

    /// <summary>Whether a node is of a kind and of that many axes.</summary>
    public bool Is(Node node, string op, int? rank = null) => node.Domain.Length == 0 && node.Operator == op && (rank is null || _graph.Fact(node.Inputs[0]).Rank == rank) && IsFloat(node.Inputs[0]);

    /// <summary>Whether a value is float32, and no additive mask that would leave no codes for other values.</summary>
    public bool IsObservable(string value) => IsFloat(value) && _masks.Why(value) is null;

    /// <summary>Whether a node is a step of a function of one value that uses it twice, such as <c>x · sigmoid(x)</c>: one operator in PyTorch.</summary>
    public bool IsInFunction(Node node) => _inFunctions.Contains(node);

    /// <summary>The functions of one value that read what a node writes: PyTorch's name, and the node that writes the result.</summary>
    public IEnumerable<(string Function, Node Last)> FunctionsOf(Node producer)
    {
        foreach (Node reader in _graph.Consumers(producer.Output))
        {
            if (reader.Domain.Length == 0 && Direct(reader.Operator) is { } function && reader.Inputs[0] == producer.Output && !_roots.IsInner(reader)) { yield return (function, reader); }
        }
        foreach (Node last in _graph.Nodes.Where(node => _roots.RootOfLast(node) == producer.Output))
        {
            if (Spelled([.. _roots.Before(last).Append(last).Select(node => node.Operator)]) is { } function) { yield return (function, last); }
        }
    }

    /// <summary>A weight specification with the axis of output channels that the operator has here; PyTorch's layouts count another one.</summary>
    public QuantizationSpec? Weight(Node node, QuantizationSpec? spec) => spec?.WithChannels(_operators.Find(node, _graph.Opset).Traits.WeightChannelAxis?.Invoke(node, _graph.Fact(node.Inputs[1])));

    private bool IsFloat(string value) => _graph.Fact(value).Type == ElementType.Float32;

    private bool HasWeights(Node node) => IsFloat(node.Inputs[0]) && Rewriting.TryFloats(_graph, node, 1, out Tensor? weights) && weights.Length > 0 && Rewriting.AllFinite(weights);

    private bool IsFunction(Node last) => _roots.RootOfLast(last) is not null && Spelled([.. _roots.Before(last).Append(last).Select(node => node.Operator)]) is not null;

    private static string? Direct(string op) => op switch
    {
        "Relu" => "relu",
        "Clip" => "hardtanh",
        "HardSwish" => "hardswish",
        "Swish" => "silu",
        "Gelu" => "gelu",
        "LeakyRelu" => "leaky_relu",
        "Tanh" => "tanh",
        _ => null,
    };

    private static string? Spelled(ImmutableHashSet<string> operators) =>
        operators.Contains("Softplus") && operators.Contains("Tanh") && operators.Contains("Mul") ? "mish"
        : operators.Contains("Erf") || (operators.Contains("Tanh") && operators.Contains("Mul") && operators.Contains("Add")) ? "gelu"
        : operators.SetEquals(["Sigmoid", "Mul"]) ? "silu"
        : operators.Contains("Mul") && (operators.Contains("HardSigmoid") || operators.Contains("Clip") && operators.Contains("Add")) ? "hardswish"
        : null;
}
