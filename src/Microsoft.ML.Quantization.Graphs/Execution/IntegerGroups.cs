using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Decides which parts of a graph between DequantizeLinear and QuantizeLinear are calls on codes. The decision is part of what the graph
/// means: it does not depend on the engine.
/// <list type="bullet">
/// <item>An operator with an integer form.</item>
/// <item>Elementwise operators that are together a function of one code: a table (<see cref="UnaryCluster"/>).</item>
/// <item>QuantizeLinear right behind DequantizeLinear: a table from one map to the other.</item>
/// <item>Another operator: codes in, float inside, codes out, in one step (<see cref="RealStep"/>), with the bits of the three.</item>
/// </list>
/// </summary>
internal static class IntegerGroups
{
    private const string Name = "IntegerCalls";

    /// <summary>The groups by operator node, and a note for each accepted or declined candidate.</summary>
    public static (Dictionary<Node, IntegerGroup> Groups, ImmutableArray<PassNote> Notes) Find(Graph graph, OperatorList operators)
    {
        var groups = new Dictionary<Node, IntegerGroup>(ReferenceEqualityComparer.Instance);
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        (Dictionary<Node, UnaryCluster> clusters, Dictionary<Node, Node> inner) = UnaryCluster.FindAll(graph, operators);
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator == QuantizationNodes.Dequantize || !ReadsCodes(graph, node) && !clusters.ContainsKey(node) && !inner.ContainsKey(node)) { continue; }
            if (node.Operator == QuantizationNodes.Quantize)
            {
                if (Requantization(graph, node) is { } table) { groups[node] = table; }
                continue;
            }
            if (inner.TryGetValue(node, out Node? last))
            {
                notes.Add(new(Name, node.Name, true, $"{node.Operator} is part of the table of {last}"));
                continue;
            }
            if (clusters.TryGetValue(node, out UnaryCluster? cluster))
            {
                groups[node] = cluster.Group;
                notes.Add(new(Name, node.Name, true, $"{node.Operator} and {cluster.InnerCount} before it are one table of codes"));
                continue;
            }

            IOperator op = operators.Find(node, graph.Opset);
            if (Site(graph, node, op) is not { } candidate) { continue; }
            (IntegerSite site, QuantizedOutputs outputs, ImmutableArray<string> inputs) = candidate;
            string? reason = op.DeclineInteger(site);
            if (reason is null) { groups[node] = new(node, inputs, outputs.Names, outputs.Aliases, site.Output is not null, engine => op.BindInteger(site with { Engine = engine }), site); }
            else if (RealStep.Accepts(op, site))
            {
                groups[node] = new(node, inputs, outputs.Names, outputs.Aliases, WritesCodes: true, engine => RealStep.Bind(op, site with { Engine = engine }));
                notes.Add(new(Name, node.Name, true, $"{node.Operator} runs on codes, with float inside: {reason}"));
                continue;
            }
            notes.Add(new(Name, node.Name, reason is null, reason is null ? $"{node.Operator} runs in integers" : $"{node.Operator} runs in float: {reason}"));
        }
        return (groups, notes.ToImmutable());
    }

    /// <summary>The codes and the map of a DequantizeLinear that writes <paramref name="value"/>; null when there is none, or its map is not known.</summary>
    public static (string Codes, QuantizationParameters Map)? Dequantized(Graph graph, string value) =>
        graph.Producer(value) is { Operator: QuantizationNodes.Dequantize, Domain: "" } dequantize && QuantizationNodes.Parameters(graph, dequantize) is { } map ? (dequantize.Inputs[0], map) : null;

    private static bool ReadsCodes(Graph graph, Node node) =>
        node.Inputs.Any(input => graph.Producer(input) is { Operator: QuantizationNodes.Dequantize } dequantize && graph.Constant(dequantize.Inputs[0]) is null
            && !(graph.Producer(dequantize.Inputs[0]) is { } codes && NibbleForm.Unpacks(graph, codes)));

    private static IntegerGroup? Requantization(Graph graph, Node quantize)
    {
        if (Dequantized(graph, quantize.Inputs[0]) is not { } input || QuantizationNodes.Parameters(graph, quantize) is not { } output || !IsByte(input.Map) || !IsByte(output)) { return null; }
        byte[] table = LookupTable.Requantize(CodeParameters.From(input.Map), CodeParameters.From(output));
        return new(quantize, [input.Codes], quantize.Outputs, [], WritesCodes: true, _ => new LookupStep(table));
    }

    /// <summary>Whether a map is that of 8-bit codes with one scale.</summary>
    public static bool IsByte(QuantizationParameters map) => !map.IsPerChannel && map.Type is ElementType.QUInt8 or ElementType.QInt8;

    // Null for a node with several outputs that are not all quantized alike.
    private static (IntegerSite Site, QuantizedOutputs Outputs, ImmutableArray<string> Inputs)? Site(Graph graph, Node node, IOperator op)
    {
        var names = ImmutableArray.CreateBuilder<string>(node.Inputs.Length);
        var inputs = ImmutableArray.CreateBuilder<IntegerInput?>(node.Inputs.Length);
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            string name = node.Inputs[i];
            QuantizationParameters? parameters = null;
            if (op.Traits.IsSetting?.Invoke(i) != true && Dequantized(graph, name) is { } codes) { (name, parameters) = codes; }
            names.Add(name);
            inputs.Add(name.Length == 0 ? null : new IntegerInput(graph.Fact(name), parameters, graph.Constant(name)));
        }
        QuantizedOutputs? outputs = QuantizedOutputs.Of(graph, node);
        if (outputs is null && node.Outputs.Length != 1) { return null; }
        outputs ??= new([node.Output], [], null);
        return (new(node, graph.Opset, EngineList.Reference, inputs.ToImmutable(), outputs.Map, graph.Fact(outputs.Names[0])), outputs, names.ToImmutable());
    }
}
