using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// What operators with subgraphs share. A subgraph reads nothing from outside but its inputs: those it has in ONNX, and behind them the
/// values it captures, which the node reads too, as its last inputs. How many those are is the attribute <see cref="Captured"/>.
/// </summary>
internal static class Subgraphs
{
    /// <summary>The number of captured values, the last inputs of the node and of its subgraphs.</summary>
    public const string Captured = "captured";

    /// <summary>Bytes that a loop may stack: 1 GB.</summary>
    public const long MostStacked = 1L << 30;

    /// <summary>Refuses a loop that stacks more.</summary>
    public static QuantizationException StackedTooMuch(Node node, long turns) =>
        new($"{node} has stacked more than {MostStacked:N0} bytes after {turns} turns; expected less. Check the condition of its body and the number of its turns.");

    /// <summary>How many values a node's subgraphs capture.</summary>
    public static int CapturedCount(Node node) => (int)node.Attributes.Int(Captured, 0);

    /// <summary>A subgraph with these facts of its inputs, its own facts inferred again.</summary>
    public static Graph With(InferenceSite site, string attribute, IEnumerable<TensorFact> facts)
    {
        Graph graph = site.Attributes.GraphValue(attribute) ?? throw site.Refuse($"its {attribute} is missing");
        TensorFact[] given = [.. facts];
        if (given.Length != graph.Inputs.Length) { throw site.Refuse($"its {attribute} has {graph.Inputs.Length} inputs; expected {given.Length}"); }
        var builder = new GraphBuilder(graph.Name, site.Opset);
        for (int i = 0; i < given.Length; i++) { builder.AddInput(graph.Inputs[i].Name, given[i]); }
        foreach ((string name, Tensor tensor) in graph.Constants) { builder.AddConstant(name, tensor); }
        foreach (Node node in graph.Nodes) { builder.Add(node); }
        foreach (ValueInfo output in graph.Outputs) { builder.AddOutput(output.Name); }
        return builder.Build(site.Operators);
    }

    /// <summary>What is known of a value that is one of two.</summary>
    public static TensorFact Either(InferenceSite site, TensorFact one, TensorFact other)
    {
        if (one.Type != other.Type || one.Rank != other.Rank) { throw site.Refuse($"an output is {one} or {other}; expected the same type and number of axes"); }
        return one with { Dimensions = [.. one.Dimensions.Zip(other.Dimensions, (a, b) => a == b ? a : Dimension.Unknown)] };
    }

    /// <summary>The plan of a subgraph whose inputs have these facts.</summary>
    public static ExecutionPlan Bind(Graph graph, BindSite site, IEnumerable<TensorFact> facts)
    {
        var inference = new InferenceSite(site.Node, site.Opset, [], []);
        string attribute = site.Node.Attributes.First(pair => ReferenceEquals(pair.Value, graph)).Key;
        return ExecutionPlan.Bind(With(inference, attribute, facts), new ExecutionOptions { Engine = site.Engine });
    }
}
