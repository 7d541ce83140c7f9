using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Finds the values that subgraphs read from the graphs around them.</summary>
internal static class SubgraphNames
{
    // The facts of a loop's body are inferred a few times, those of a loop in it a few times each of those: deeper would take for ever.
    private const int Deepest = 8;

    /// <summary>The names that subgraphs of a node read and do not define, in order of appearance, each once.</summary>
    /// <exception cref="QuantizationException">Subgraphs are nested too deeply.</exception>
    public static List<string> Captured(NodeProto node)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (AttributeProto attribute in node.Attribute.Where(attribute => attribute.G is not null)) { Walk(attribute.G, found, seen, [], 0); }
        return found;
    }

    private static void Walk(GraphProto graph, List<string> found, HashSet<string> seen, IReadOnlyList<HashSet<string>> scopes, int depth)
    {
        if (depth > Deepest) { throw new QuantizationException($"Subgraphs are nested more than {Deepest} deep; expected fewer levels. The file is damaged."); }
        var own = new HashSet<string>(StringComparer.Ordinal);
        own.UnionWith(graph.Input.Select(input => input.Name));
        own.UnionWith(graph.Initializer.Select(constant => constant.Name));
        own.UnionWith(graph.Node.SelectMany(node => node.Output));
        HashSet<string>[] all = [.. scopes, own];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input) { Read(input); }
            foreach (AttributeProto attribute in node.Attribute.Where(attribute => attribute.G is not null)) { Walk(attribute.G, found, seen, all, depth + 1); }
        }
        foreach (ValueInfoProto output in graph.Output) { Read(output.Name); }

        void Read(string name)
        {
            if (name.Length > 0 && !all.Any(scope => scope.Contains(name)) && seen.Add(name)) { found.Add(name); }
        }
    }
}
