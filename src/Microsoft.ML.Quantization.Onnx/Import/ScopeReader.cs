using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Reads the constants, inputs, nodes and outputs of one graph: the model's or a subgraph's. A subgraph becomes a graph that reads nothing
/// from outside: constants around it are copied into it (they share memory), other values become inputs of it and of its node.
/// </summary>
internal sealed class ScopeReader
{
    private readonly ReadContext _context;
    private readonly HashSet<string> _values;
    private readonly OpsetUpgrade _upgrade;
    private readonly LegacyUpgrade _legacy;
    private readonly QuantizedOperators _quantized;
    private readonly FactPropagation _facts;
    private bool _followsFacts;

    /// <summary>A reader for an empty graph.</summary>
    public ScopeReader(ReadContext context, string name, HashSet<string> values)
    {
        (_context, _values) = (context, values);
        Builder = new GraphBuilder(name, Math.Max(context.Opset, OnnxVersions.GraphOpset));
        _upgrade = new OpsetUpgrade(context.Opset, Builder, values);
        _legacy = new LegacyUpgrade(context.Opset, this);
        _quantized = new QuantizedOperators(context.Opset, this);
        _facts = new FactPropagation(Builder.Opset, context.Operators);
    }

    /// <summary>Holds what was read.</summary>
    public GraphBuilder Builder { get; }

    /// <summary>Reads the constants.</summary>
    public void AddConstants(GraphProto graph)
    {
        if (graph.SparseInitializer.Count > 0)
        {
            throw new QuantizationException($"The model holds sparse constants such as '{graph.SparseInitializer[0].Values?.Name}'; expected dense ones. Export it with dense weights.");
        }
        foreach (TensorProto constant in graph.Initializer)
        {
            string name = Declare(constant.Name, "A constant");
            Add(name, TensorReader.Read(constant, $"Constant '{name}'", _context.Weights));
        }
    }

    /// <summary>Adds a constant.</summary>
    public void Add(string name, Tensor tensor)
    {
        Builder.AddConstant(name, tensor);
        _facts.Add(name, tensor);
    }

    /// <summary>Adds a constant, under a free name like this where it <paramref name="isNew"/>, and returns the name.</summary>
    public string Add(string wish, Tensor tensor, bool isNew)
    {
        string name = isNew ? Declare(Free(wish), "A constant") : wish;
        Add(name, tensor);
        return name;
    }

    /// <summary>A name like this that nothing has yet.</summary>
    public string Free(string wish)
    {
        string name = wish;
        for (int i = 1; _values.Contains(name); i++) { name = $"{wish}_{i}"; }
        return name;
    }

    /// <summary>Adds an input.</summary>
    public void AddInput(string name, TensorFact fact)
    {
        Builder.AddInput(name, fact);
        _facts.Add(name, fact);
    }

    /// <summary>Reads all nodes, in two turns: an upgrade may need names of its own, which must not be taken.</summary>
    public void AddNodes(GraphProto graph)
    {
        var names = new NodeNames(graph.Node);
        var nodes = new List<(NodeProto Message, Node Node)>(graph.Node.Count);
        foreach (NodeProto message in FunctionInliner.Expand(graph.Node, _context, _values))
        {
            string name = names.Next(message);
            if (message.OpType == "Constant" && NodeReader.Domain(message.Domain).Length == 0)
            {
                (string value, Tensor tensor) = ConstantNode.Read(NodeReader.Read(message, name, _context.Weights));
                Add(Declare(value, $"The output of Constant '{name}'"), tensor);
                continue;
            }
            Node node = NodeReader.Read(message, name, _context.Weights);
            foreach (string output in node.Outputs.Where(output => output.Length > 0)) { Declare(output, $"An output of {node}"); }
            if (node.Outputs.All(output => output.Length == 0)) { throw new QuantizationException($"{node} has no output; expected at least one. The file is damaged."); }
            nodes.Add((message, node));
        }
        // Facts are only needed here where a subgraph reads values from around it, and for the broadcasting of old models.
        _followsFacts = _context.Opset < LegacyUpgrade.FirstModern || nodes.Any(pair => SubgraphReader.HasSubgraphs(pair.Message));
        foreach ((NodeProto message, Node read) in nodes)
        {
            Node node = SubgraphReader.HasSubgraphs(message) ? SubgraphReader.Attach(read, message, this, _context) : read;
            Node upgraded = _upgrade.Apply(_legacy.Apply(node));
            if (!_quantized.Append(upgraded)) { Append(upgraded); }
        }
    }

    /// <summary>Adds a node of the newest form.</summary>
    public void Append(Node node)
    {
        Builder.Add(node);
        if (!_followsFacts) { return; }
        foreach (string input in node.Inputs.Where(input => input.Length > 0 && Builder.Constants.ContainsKey(input))) { _facts.Add(input, Builder.Constants[input]); }
        if (node.Inputs.FirstOrDefault(input => input.Length > 0 && !_facts.Facts.ContainsKey(input)) is { } missing)
        {
            throw new QuantizationException($"{node} reads value '{missing}' before it is written; expected nodes in order where a model has subgraphs or an operator set below {LegacyUpgrade.FirstModern}.");
        }
        _facts.Apply(node);
    }

    /// <summary>The outputs, in order.</summary>
    public void AddOutputs(GraphProto graph)
    {
        if (graph.Output.Count == 0) { throw new QuantizationException("The model has no output; expected at least one. Mark the values you want as outputs and export it again."); }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ValueInfoProto output in graph.Output)
        {
            NameCheck.Required(output.Name, "An output");
            if (!seen.Add(output.Name)) { throw new QuantizationException($"The model lists output '{output.Name}' twice; expected once. The file is damaged."); }
            Builder.AddOutput(output.Name);
        }
    }

    /// <summary>The finished graph.</summary>
    public Graph Build() => _upgrade.SpellOutSoftmax(Builder.Build(_context.Operators), _context.Operators);

    /// <summary>The fact of a value read so far, or null.</summary>
    public TensorFact? Fact(string name) => _facts.Facts.GetValueOrDefault(name);

    /// <summary>The names that are taken, for a reader of a subgraph.</summary>
    public HashSet<string> TakenNames() => new(_values, StringComparer.Ordinal);

    /// <summary>Takes a name.</summary>
    public string Declare(string name, string what) => _values.Add(NameCheck.Required(name, what))
        ? name
        : throw new QuantizationException($"{what} is called '{name}', as another value is; expected one writer for each value. The file is damaged.");
}
