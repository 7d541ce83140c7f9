using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Gives the values and nodes of a graph inside a node names that the graph around it does not have yet.</summary>
internal sealed class InlinedNames
{
    private readonly HashSet<string> _taken;

    /// <summary>Names not yet taken by this graph.</summary>
    public InlinedNames(Graph graph)
    {
        _taken = new(graph.Facts.Keys, StringComparer.Ordinal);
        _taken.UnionWith(graph.Nodes.Select(node => node.Name));
        _taken.UnionWith(graph.Nodes.SelectMany(node => node.Outputs));
    }

    /// <summary>The nodes of <paramref name="branch"/>, reading and writing what <paramref name="node"/> reads behind its condition and writes.</summary>
    public ImmutableArray<Node> Inline(Node node, Graph branch, Action<string, Tensor> addConstant)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
        for (int i = 0; i < branch.Inputs.Length; i++) { names[branch.Inputs[i].Name] = node.Inputs[1 + i]; }
        foreach ((string name, Tensor tensor) in branch.Constants)
        {
            names[name] = Free(name);
            addConstant(names[name], tensor);
        }
        var copies = new List<Node>();
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            string output = branch.Outputs[i].Name;
            if (node.Outputs[i].Length == 0 || names.TryAdd(output, node.Outputs[i])) { continue; }
            // What the branch hands on unchanged, or twice.
            copies.Add(new Node(Free($"{node.Name}_{i}"), "Identity", [names[output]], [node.Outputs[i]], NodeAttributes.Empty));
        }
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (Node inner in branch.Nodes)
        {
            foreach (string output in inner.Outputs.Where(output => !names.ContainsKey(output))) { names[output] = Free(output); }
            nodes.Add(inner with { Name = Free(inner.Name), Inputs = [.. inner.Inputs.Select(input => names[input])], Outputs = [.. inner.Outputs.Select(output => names[output])] });
        }
        nodes.AddRange(copies);
        return nodes.ToImmutable();
    }

    private string Free(string wish)
    {
        string name = wish;
        for (int i = 1; !_taken.Add(name); i++) { name = $"{wish}_{i}"; }
        return name;
    }
}
