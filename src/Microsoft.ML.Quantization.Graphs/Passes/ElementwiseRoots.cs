using Microsoft.ML.Quantization.Graphs.Operators;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Finds chains of elementwise operators that are together a function of one value, their root: only their last output is worth codes,
/// because <see cref="ExecutionPlan"/> makes one table of them.
/// </summary>
internal sealed class ElementwiseRoots
{
    private readonly Graph _graph;
    private readonly Dictionary<string, string> _roots = new(StringComparer.Ordinal);
    private readonly HashSet<Node> _inner = new(ReferenceEqualityComparer.Instance);

    public ElementwiseRoots(Graph graph, OperatorList operators)
    {
        _graph = graph;
        foreach (Node node in graph.Nodes)
        {
            if (node.Outputs.Length != 1 || operators.Find(node, graph.Opset) is not IElementwise || graph.Fact(node.Output).Type != ElementType.Float32) { continue; }
            string[] roots = [.. node.Inputs.Where(input => input.Length > 0 && graph.Constant(input) is not { Length: 1 }).Select(Root).Distinct(StringComparer.Ordinal)];
            if (roots.Length == 1 && graph.Constant(roots[0]) is null) { _roots[node.Output] = roots[0]; }
        }
        foreach (Node node in graph.Nodes)
        {
            if (_roots.TryGetValue(Output(node), out string? root) && !graph.IsOutput(node.Output) && graph.Consumers(node.Output) is { IsEmpty: false } readers && readers.All(reader => _roots.GetValueOrDefault(Output(reader)) == root)) { _inner.Add(node); }
        }
    }

    /// <summary>Whether a node's value is only read on the way from its root to the last operator.</summary>
    public bool IsInner(Node node) => _inner.Contains(node);

    /// <summary>The root of a node that ends a chain of two or more; null for others.</summary>
    public string? RootOfLast(Node node) => !IsInner(node) && _roots.TryGetValue(Output(node), out string? root) && node.Inputs.Any(input => input != root && _graph.Producer(input) is { } producer && IsInner(producer)) ? root : null;

    /// <summary>The chain's operators before a last one.</summary>
    public IEnumerable<Node> Before(Node last)
    {
        var open = new Stack<Node>([last]);
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        while (open.TryPop(out Node? node))
        {
            foreach (Node producer in node.Inputs.Select(_graph.Producer).OfType<Node>().Where(IsInner).Where(seen.Add)) { open.Push(producer); }
        }
        return seen;
    }

    private string Root(string value) => _roots.GetValueOrDefault(value, value);

    private static string Output(Node node) => node.Outputs.Length == 1 ? node.Outputs[0] : "";
}
