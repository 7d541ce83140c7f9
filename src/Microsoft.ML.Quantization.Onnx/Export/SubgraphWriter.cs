using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Writes the subgraphs of If, Loop and Scan: what they capture is read from around them by name again, and their own values carry the
/// node's name in front, because ONNX wants names that differ over all graphs of a model.
/// </summary>
internal static class SubgraphWriter
{
    /// <summary>The attribute that counts captured values; it is none of ONNX's.</summary>
    public const string Captured = "captured";

    /// <summary>How many of a node's last inputs its subgraphs capture.</summary>
    public static int CapturedCount(Node node) => node.Attributes.Any(attribute => attribute.Value is Graph) ? (int)node.Attributes.Int(Captured, 0) : 0;

    /// <summary>The message of a subgraph.</summary>
    /// <param name="node">The node that holds it.</param>
    /// <param name="attribute">What the node calls it.</param>
    /// <param name="graph">The subgraph.</param>
    /// <param name="outer">The names that values around it have in the file.</param>
    /// <param name="policy">Whether nodes keep their names.</param>
    public static GraphProto Write(Node node, string attribute, Graph graph, Func<string, string> outer, NamePolicy policy)
    {
        int captured = CapturedCount(node), own = graph.Inputs.Length - captured;
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < captured; i++) { names[graph.Inputs[own + i].Name] = outer(node.Inputs[node.Inputs.Length - captured + i]); }
        (ImmutableArray<Node> nodes, var constants) = FusedExpansion.Expand(graph);
        var message = new GraphProto { Name = graph.Name.Length > 0 ? graph.Name : attribute };
        foreach (Node inner in nodes) { message.Node.Add(NodeWriter.Write(inner, Name, policy)); }
        foreach ((string name, Tensor tensor) in constants.OrderBy(pair => pair.Key, StringComparer.Ordinal)) { message.Initializer.Add(TensorWriter.Write(Name(name), tensor, $"Constant '{name}'", null)); }
        message.Input.AddRange(graph.Inputs.Take(own).Select(value => ModelWriter.Write(value with { Name = Name(value.Name) })));
        message.Output.AddRange(graph.Outputs.Select(value => ModelWriter.Write(value with { Name = Name(value.Name) })));
        return message;

        string Name(string value) => value.Length == 0 ? "" : names.TryGetValue(value, out string? name) ? name : $"{node.Name}/{attribute}/{value}";
    }
}
