using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Takes out nodes that return their input: Identity, Cast to the type that is there, and Dropout, which does nothing outside training.
/// <c>y = x</c>.
/// </summary>
public sealed class EliminateIdentity(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(EliminateIdentity);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node original in graph.Nodes.Where(node => node.Operator is "Identity" or "Dropout" || (node is { Operator: "Cast", Domain: "" } && graph.Fact(node.Inputs[0]).Type == graph.Fact(node.Output).Type)))
        {
            Node node = graph.Node(original.Name);
            string? reason = Decline(graph, node);
            if (reason is null) { graph = Remove(graph, node); }
            notes.Add(new(Name, node.Name, reason is null, reason ?? "returns its input; removed"));
        }
        return new(graph, notes.ToImmutable());
    }

    private static string? Decline(Graph graph, Node node)
    {
        if (node.Outputs.Skip(1).Any(output => output.Length > 0 && (graph.Consumers(output).Length > 0 || graph.IsOutput(output)))) { return "its mask is read"; }
        if (node.HasInput(2) && graph.Constant(node.Inputs[2]) is not { } training) { return $"whether it trains is decided by '{node.Inputs[2]}', which is not a constant"; }
        if (node.HasInput(2) && graph.Constant(node.Inputs[2])!.Bytes[0] != 0) { return "it is in training mode"; }
        if (!graph.IsOutput(node.Output)) { return null; }
        // The graph's outputs keep their names, so the producer must be free to write that name instead.
        Node? producer = graph.Producer(node.Inputs[0]);
        return producer is null || graph.IsOutput(node.Inputs[0]) ? "it copies an input, a constant or an output of the graph to another output" : null;
    }

    private Graph Remove(Graph graph, Node node)
    {
        var builder = new GraphBuilder(graph);
        builder.Remove(node);
        if (!graph.IsOutput(node.Output))
        {
            builder.RedirectReaders(node.Output, node.Inputs[0]);
            return builder.Build(operators);
        }
        Node producer = graph.Producer(node.Inputs[0])!;
        builder.Replace(producer, producer with { Outputs = [.. producer.Outputs.Select(output => output == node.Inputs[0] ? node.Output : output)] });
        builder.RedirectReaders(node.Inputs[0], node.Output);
        return builder.Build(operators);
    }
}
