using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Decides which DequantizeLinear–operator–QuantizeLinear groups of a graph are integer calls. The decision is part of what the graph
/// means: it does not depend on the engine.
/// </summary>
internal static class IntegerGroups
{
    private const string Name = "IntegerCalls";

    /// <summary>The groups by operator node, and a note for each accepted or declined candidate.</summary>
    public static (Dictionary<Node, IntegerGroup> Groups, ImmutableArray<PassNote> Notes) Find(Graph graph, OperatorList operators)
    {
        var groups = new Dictionary<Node, IntegerGroup>(ReferenceEqualityComparer.Instance);
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator is QuantizationNodes.Quantize or QuantizationNodes.Dequantize || node.Outputs.Length != 1) { continue; }
            if (!node.Inputs.Any(input => graph.Producer(input) is { Operator: QuantizationNodes.Dequantize } dequantize && graph.Constant(dequantize.Inputs[0]) is null)) { continue; }

            IOperator op = operators.Find(node, graph.Opset);
            IntegerGroup group = Candidate(graph, node, op);
            string? reason = op.DeclineInteger(group.Site(graph.Opset, EngineList.Reference));
            if (reason is null) { groups[node] = group; }
            notes.Add(new(Name, node.Name, reason is null, reason is null ? $"{node.Operator} runs in integers" : $"{node.Operator} runs in float: {reason}"));
        }
        return (groups, notes.ToImmutable());
    }

    private static IntegerGroup Candidate(Graph graph, Node node, IOperator op)
    {
        var names = ImmutableArray.CreateBuilder<string>(node.Inputs.Length);
        var inputs = ImmutableArray.CreateBuilder<IntegerInput?>(node.Inputs.Length);
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            string name = node.Inputs[i];
            QuantizationParameters? parameters = null;
            if (op.Traits.IsSetting?.Invoke(i) != true && graph.Producer(name) is { Operator: QuantizationNodes.Dequantize } dequantize)
            {
                parameters = QuantizationNodes.Parameters(graph, dequantize);
                if (parameters is not null) { name = dequantize.Inputs[0]; }
            }
            names.Add(name);
            inputs.Add(name.Length == 0 ? null : new IntegerInput(graph.Fact(name), parameters, graph.Constant(name)));
        }

        (ImmutableArray<string> outputs, QuantizationParameters? map) = QuantizedOutputs(graph, node.Output);
        string output = map is null ? node.Output : outputs[0];
        return new(node, names.ToImmutable(), output, map is null ? [] : outputs[1..], inputs.ToImmutable(), map, graph.Fact(output));
    }

    // Every reader must be a QuantizeLinear with one and the same map; else the float value is needed as well.
    private static (ImmutableArray<string>, QuantizationParameters?) QuantizedOutputs(Graph graph, string value)
    {
        ImmutableArray<Node> readers = graph.Consumers(value);
        if (graph.IsOutput(value) || readers.IsEmpty || !readers.All(reader => reader.Operator == QuantizationNodes.Quantize && reader.Inputs[0] == value)) { return ([], null); }
        QuantizationParameters? first = QuantizationNodes.Parameters(graph, readers[0]);
        return first is not null && readers.All(reader => first.Equals(QuantizationNodes.Parameters(graph, reader)))
            ? ([.. readers.Select(reader => reader.Output)], first)
            : ([], null);
    }
}
