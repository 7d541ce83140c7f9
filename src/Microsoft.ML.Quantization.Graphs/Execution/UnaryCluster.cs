using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Elementwise operators between one tensor of codes and QuantizeLinear, with constants of one element: together a function of one number,
/// and so a table of 256 codes. <c>x · sigmoid(x)</c>, <c>x/2 · (1 + erf(x/√2))</c> and the like, as exporters spell them out.
/// </summary>
/// <remarks>The table holds what the operators compute one after the other in float, so nothing changes but the time.</remarks>
internal sealed class UnaryCluster
{
    private readonly Graph _graph;
    private readonly OperatorList _operators;
    private readonly HashSet<Node> _members = new(ReferenceEqualityComparer.Instance);
    private string? _codes;
    private QuantizationParameters? _map;

    private UnaryCluster(Graph graph, OperatorList operators) => (_graph, _operators) = (graph, operators);

    /// <summary>The operators before the last one.</summary>
    public int InnerCount => _members.Count(node => node.Operator != QuantizationNodes.Dequantize) - 1;

    /// <summary>The call.</summary>
    public IntegerGroup Group { get; private set; } = null!;

    /// <summary>The clusters of a graph by their last nodes, and the last node of each inner one.</summary>
    public static (Dictionary<Node, UnaryCluster> ByLast, Dictionary<Node, Node> LastOfInner) FindAll(Graph graph, OperatorList operators)
    {
        var byLast = new Dictionary<Node, UnaryCluster>(ReferenceEqualityComparer.Instance);
        var lastOfInner = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (Node node in graph.Nodes)
        {
            if (node.Outputs.Length != 1 || node.Operator == QuantizationNodes.Dequantize || operators.Find(node, graph.Opset) is not IElementwise) { continue; }
            if (QuantizedOutputs.Of(graph, node) is not { Map: { } map } outputs || !IntegerGroups.IsByte(map)) { continue; }
            var cluster = new UnaryCluster(graph, operators);
            if (!cluster.Collect(node) || cluster._codes is null || !cluster.IsClosed(node) || cluster.InnerCount == 0 && !cluster.HasConstants(node)) { continue; }
            byte[] table = cluster.Table(node, map);
            cluster.Group = new(node, [cluster._codes], outputs.Names, outputs.Aliases, WritesCodes: true, _ => new LookupStep(table));
            byLast[node] = cluster;
            foreach (Node member in cluster._members.Where(member => !ReferenceEquals(member, node) && member.Operator != QuantizationNodes.Dequantize)) { lastOfInner[member] = node; }
        }
        return (byLast, lastOfInner);
    }

    // Whether everything a node computes comes from one tensor of codes and from constants of one element. A file may chain any number of nodes, so this does not recurse.
    private bool Collect(Node last)
    {
        var waiting = new Stack<Node>([last]);
        while (waiting.TryPop(out Node? node))
        {
            if (_members.Add(node) && !TakeInputs(node, waiting)) { return false; }
        }
        return true;
    }

    private bool TakeInputs(Node node, Stack<Node> waiting)
    {
        foreach (string input in node.Inputs)
        {
            if (input.Length == 0 || _graph.Constant(input) is { Length: 1 }) { continue; }
            if (_graph.Producer(input) is not { Outputs.Length: 1 } producer) { return false; }
            if (producer.Operator == QuantizationNodes.Dequantize)
            {
                if (_graph.Constant(producer.Inputs[0]) is { Length: 1 })
                {
                    _members.Add(producer);
                    continue;
                }
                if (IntegerGroups.Dequantized(_graph, input) is not { } codes || !IntegerGroups.IsByte(codes.Map) || _graph.Constant(codes.Codes) is not null) { return false; }
                if (_codes is null) { (_codes, _map) = codes; }
                if (_codes != codes.Codes || !codes.Map.Equals(_map)) { return false; }
                continue;
            }
            if (_operators.Find(producer, _graph.Opset) is not IElementwise || _graph.IsOutput(input)) { return false; }
            waiting.Push(producer);
        }
        return true;
    }

    // What is read elsewhere must be computed anyway.
    private bool IsClosed(Node last) => _members.Where(member => member != last && member.Operator != QuantizationNodes.Dequantize).All(member => _graph.Consumers(member.Output).All(_members.Contains));

    // One operator on one tensor has a table of its own; with a constant beside it, it is a cluster of one.
    private static bool IsValue(string input) => input.Length > 0;

    private bool HasConstants(Node node) => node.Inputs.Count(IsValue) > 1 && _operators.Find(node, _graph.Opset) is not Clip;

    private byte[] Table(Node last, QuantizationParameters output)
    {
        CodeParameters from = CodeParameters.From(_map!), to = CodeParameters.From(output);
        var reals = new Tensor(ElementType.Float32, new Shape(256));
        for (int code = 0; code < 256; code++) { reals.AsSpan<float>()[code] = from.Real((byte)code); }
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (Node node in _graph.Nodes.Where(_members.Contains))
        {
            IOperator op = _operators.Find(node, _graph.Opset);
            ImmutableArray<Tensor?> inputs = [.. node.Inputs.Select(input => input.Length == 0 ? null : _graph.Constant(input) ?? values.GetValueOrDefault(input) ?? reals)];
            ImmutableArray<TensorFact> facts = op.Infer(new(node, _graph.Opset, [.. inputs.Select(input => input is null ? null : new TensorFact(input.Type, input.Shape))], inputs));
            values[node.Output] = ConstantEvaluator.Evaluate(node, op, inputs, facts)[0];
        }
        byte[] table = new byte[256];
        ReadOnlySpan<float> result = values[last.Output].AsSpan<float>();
        for (int code = 0; code < 256; code++) { table[code] = to.Code(result[code]); }
        return table;
    }
}
