using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Lets QuantizeLinear and DequantizeLinear inherit where an operator stands in the module tree (PyTorch's <c>PortNodeMetaForQDQ</c>): a DequantizeLinear from the one operator that
/// reads it, a QuantizeLinear from the operator that writes what it reads. The first QuantizeLinear of an input and the last DequantizeLinear of an output inherit nothing.
/// </summary>
/// <remarks>
/// Of PyTorch's metadata (module stack, stack trace, tags) a graph read from ONNX has the module stack only, in the names of its nodes; so the inheritance is a name:
/// <c>/net/net.0/Gemm_dq</c> stands in module <c>net.0</c>, and rules for the module find it.
/// </remarks>
public sealed class PortMetadata(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(PortMetadata);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var taken = new HashSet<string>(graph.Nodes.Select(node => node.Name), StringComparer.Ordinal);
        var builder = new GraphBuilder(graph);
        int renamed = 0;
        foreach (Node node in graph.Nodes)
        {
            if (Owner(graph, node) is not { } owner) { continue; }
            string wish = owner.Name + (node.Operator == QuantizationNodes.Quantize ? "_q" : "_dq"), name = wish;
            for (int i = 1; !taken.Add(name); i++) { name = $"{wish}{i}"; }
            builder.Replace(node, node with { Name = name });
            renamed++;
        }
        return new(renamed == 0 ? graph : builder.Build(operators), renamed == 0 ? [] : [new(Name, "", true, $"{renamed} nodes inherit the module of their operator")]);
    }

    private static Node? Owner(Graph graph, Node node)
    {
        Node? owner = node.Operator switch
        {
            QuantizationNodes.Quantize => graph.Producer(node.Inputs[0]) ?? (graph.Constant(node.Inputs[0]) is not null && graph.Consumers(node.Output) is [{ Operator: QuantizationNodes.Dequantize } dequantize] ? Owner(graph, dequantize) : null),
            QuantizationNodes.Dequantize when graph.Consumers(node.Output) is [var reader] && !graph.IsOutput(node.Output) => reader,
            _ => null,
        };
        return owner is { Operator: QuantizationNodes.Quantize or QuantizationNodes.Dequantize } ? null : owner;
    }
}
