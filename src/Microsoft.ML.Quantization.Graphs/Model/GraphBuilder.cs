using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Writes a graph, from nothing or as a changed copy of another. <see cref="Build"/> sorts the nodes, drops what no output needs and
/// infers every fact.
/// </summary>
public sealed class GraphBuilder
{
    private readonly List<ValueInfo> _inputs = [];
    private readonly List<string> _outputs = [];
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>An empty graph.</summary>
    public GraphBuilder(string name, int opset) => (Name, Opset) = (name, opset);

    /// <summary>A copy of <paramref name="source"/> to change.</summary>
    public GraphBuilder(Graph source) : this(source.Name, source.Opset)
    {
        foreach (ValueInfo input in source.Inputs) { AddInput(input.Name, input.Fact); }
        foreach ((string name, Tensor tensor) in source.Constants) { AddConstant(name, tensor); }
        foreach (Node node in source.Nodes) { Add(node); }
        foreach (ValueInfo output in source.Outputs) { AddOutput(output.Name); }
    }

    /// <summary>The network's name.</summary>
    public string Name { get; set; }

    /// <summary>Version of ONNX's operator set.</summary>
    public int Opset { get; set; }

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The constants so far.</summary>
    public IReadOnlyDictionary<string, Tensor> Constants => _constants;

    /// <summary>Adds an input of the graph and returns its name.</summary>
    public string AddInput(string name, TensorFact fact)
    {
        _inputs.Add(new(name, fact));
        _names.Add(name);
        return name;
    }

    /// <summary>Makes a value an output of the graph.</summary>
    public void AddOutput(string name) => _outputs.Add(name);

    /// <summary>Adds or replaces a constant and returns its name.</summary>
    public string AddConstant(string name, Tensor tensor)
    {
        _constants[name] = tensor;
        _names.Add(name);
        return name;
    }

    /// <summary>Adds a node; its place is settled by <see cref="Build"/>.</summary>
    public Node Add(Node node)
    {
        _nodes.Add(node);
        _names.UnionWith(node.Outputs);
        _names.Add(node.Name);
        return node;
    }

    /// <summary>Adds a node with one output named after it and returns the output's name.</summary>
    public string Add(string name, string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null, string domain = "") =>
        Add(new Node(name, op, inputs, [Unique(name + "_output")], attributes ?? NodeAttributes.Empty, domain)).Output;

    /// <summary>Puts <paramref name="after"/> in the place of <paramref name="before"/>.</summary>
    public void Replace(Node before, Node after)
    {
        _nodes[IndexOf(before)] = after;
        _names.UnionWith(after.Outputs);
        _names.Add(after.Name);
    }

    /// <summary>Takes a node out. Its outputs must no longer be read when the graph is built.</summary>
    public void Remove(Node node) => _nodes.RemoveAt(IndexOf(node));

    /// <summary>Lets every reader of <paramref name="from"/>, the graph's outputs included, read <paramref name="to"/>.</summary>
    /// <param name="from">The value no longer read.</param>
    /// <param name="to">The value read in its place.</param>
    /// <param name="except">A node that goes on reading <paramref name="from"/>.</param>
    public void RedirectReaders(string from, string to, Node? except = null)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (!ReferenceEquals(_nodes[i], except) && _nodes[i].Inputs.Contains(from))
            {
                _nodes[i] = _nodes[i] with { Inputs = [.. _nodes[i].Inputs.Select(input => input == from ? to : input)] };
            }
        }
        for (int i = 0; i < _outputs.Count; i++)
        {
            if (_outputs[i] == from) { _outputs[i] = to; }
        }
    }

    /// <summary>A name that nothing in the graph has yet: <paramref name="wish"/>, or with a number behind it. The name is then taken.</summary>
    public string Unique(string wish)
    {
        string name = wish;
        for (int i = 1; !_names.Add(name); i++) { name = $"{wish}_{i}"; }
        return name;
    }

    /// <summary>The graph: nodes sorted, unneeded nodes and constants dropped, facts inferred.</summary>
    /// <param name="operators">The operators that nodes may name.</param>
    /// <exception cref="QuantizationException">A value is written twice or never, the nodes form a cycle, or a shape cannot be.</exception>
    public Graph Build(OperatorList? operators = null)
    {
        ImmutableArray<Node> sorted = NodeOrder.Sort(Name, _inputs.Select(input => input.Name), _constants.Keys, _nodes, _outputs);
        var read = sorted.SelectMany(node => node.Inputs).Concat(_outputs).ToHashSet(StringComparer.Ordinal);
        var constants = _constants.Where(pair => read.Contains(pair.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal);
        ImmutableDictionary<string, TensorFact> facts = ShapeInference.Run(Opset, _inputs, constants, sorted, operators ?? OperatorList.BuiltIn);
        return new Graph(Name, Opset, [.. _inputs], [.. _outputs.Select(output => new ValueInfo(output, facts[output]))], sorted, constants, facts);
    }

    private int IndexOf(Node node)
    {
        int index = _nodes.FindIndex(candidate => ReferenceEquals(candidate, node));
        if (index < 0) { index = _nodes.FindIndex(candidate => candidate.Name == node.Name && candidate.Outputs.SequenceEqual(node.Outputs)); }
        return index >= 0 ? index : throw new QuantizationException($"Graph '{Name}' does not hold {node}.");
    }
}
