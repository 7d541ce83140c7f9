using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A network in portable form: nodes over named values, in an order in which every value is written before it is read.
/// Immutable; passes build a new one with a <see cref="GraphBuilder"/>. Independent of engine and machine.
/// </summary>
public sealed class Graph
{
    private readonly FrozenDictionary<string, Node> _producers;
    private readonly FrozenDictionary<string, ImmutableArray<Node>> _consumers;

    internal Graph(string name, int opset, ImmutableArray<ValueInfo> inputs, ImmutableArray<ValueInfo> outputs, ImmutableArray<Node> nodes,
        ImmutableSortedDictionary<string, Tensor> constants, ImmutableDictionary<string, TensorFact> facts)
    {
        (Name, Opset, Inputs, Outputs, Nodes, Constants, Facts) = (name, opset, inputs, outputs, nodes, constants, facts);
        _producers = nodes.SelectMany(node => node.Outputs.Where(output => output.Length > 0).Select(output => (output, node)))
            .ToFrozenDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
        _consumers = nodes.SelectMany(node => node.Inputs.Where(input => input.Length > 0).Distinct().Select(input => (input, node)))
            .GroupBy(pair => pair.input, pair => pair.node, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>Version of ONNX's operator set the nodes follow.</summary>
    public int Opset { get; }

    /// <summary>What the caller gives, in order. Constants are not among them.</summary>
    public ImmutableArray<ValueInfo> Inputs { get; }

    /// <summary>What the caller gets, in order.</summary>
    public ImmutableArray<ValueInfo> Outputs { get; }

    /// <summary>The nodes, each after those it reads from.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>Constant values by name: weights, biases, scales.</summary>
    public ImmutableSortedDictionary<string, Tensor> Constants { get; }

    /// <summary>Element type and axes of every value: inputs, constants and node outputs.</summary>
    public ImmutableDictionary<string, TensorFact> Facts { get; }

    /// <summary>
    /// Whether a node, those of inner graphs included, chooses quantization parameters from the values of a run (dynamic quantization). Then rows that are
    /// run together share their ranges; to make a row's result independent of its neighbours, run it alone.
    /// </summary>
    public bool ChoosesRanges => Nodes.Any(QuantizationNodes.ChoosesRanges);

    /// <summary>Whether a node, those of inner graphs included, quantizes, dequantizes or computes with codes.</summary>
    public bool IsQuantized => QuantizationNodes.First(this) is not null;

    /// <summary>The node that writes a value; null for inputs and constants.</summary>
    public Node? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that read a value, in order, each once.</summary>
    public ImmutableArray<Node> Consumers(string value) => _consumers.GetValueOrDefault(value, []);

    /// <summary>Whether a value is an output of the graph.</summary>
    public bool IsOutput(string value) => Outputs.Any(output => output.Name == value);

    /// <summary>The constant of that name, or null.</summary>
    public Tensor? Constant(string value) => Constants.GetValueOrDefault(value);

    /// <summary>The fact of a value.</summary>
    /// <exception cref="QuantizationException">The graph has no such value.</exception>
    public TensorFact Fact(string value) => Facts.TryGetValue(value, out TensorFact? fact)
        ? fact
        : throw new QuantizationException($"Graph '{Name}' has no value '{value}'.");

    /// <summary>The node of that name.</summary>
    /// <exception cref="QuantizationException">The graph has no such node.</exception>
    public Node Node(string name) => Nodes.FirstOrDefault(node => node.Name == name)
        ?? throw new QuantizationException($"Graph '{Name}' has no node '{name}'.");
}
