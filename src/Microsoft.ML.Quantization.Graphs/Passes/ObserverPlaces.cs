using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Gives each observer values of its own to watch: where readers of a value want different codes, all but the first group watch an Identity in front of them.
/// </summary>
internal sealed class ObserverPlaces(Graph graph, OperatorList? operators)
{
    private readonly GraphBuilder _builder = new(graph);
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);
    private readonly Dictionary<QuantizationPoint, string> _copies = [];

    /// <summary>The graph to run, what is observed in it, and the groups with the values they watch there.</summary>
    public (Graph Graph, ImmutableArray<ObserverGroup> Observed, ImmutableArray<PointGroup> Groups) Place(ImmutableArray<PointGroup> groups)
    {
        ImmutableArray<PointGroup> placed = [.. groups.Index().OrderByDescending(pair => WatchesWriters(pair.Item)).Select(pair => (pair.Index, Group: Place(pair.Item))).OrderBy(pair => pair.Index).Select(pair => pair.Group)];
        foreach (Node node in graph.Nodes)
        {
            ImmutableArray<string> inputs = [.. node.Inputs.Select(input => _copies.GetValueOrDefault(new(input, node.Name), input))];
            if (!inputs.SequenceEqual(node.Inputs)) { _builder.Replace(node, node with { Inputs = inputs }); }
        }
        ImmutableArray<ObserverGroup> observed = [.. placed.Select(group => group.Observed).OfType<ObserverGroup>()
            .Select(group => group with { Values = [.. group.Values.Where(value => graph.Constant(value) is null)] }).Where(group => group.Values.Length > 0)];
        return (_copies.Count == 0 ? graph : _builder.Build(operators), observed, placed);
    }

    // What is quantized where it is written comes before further codes of one reader.
    private static bool WatchesWriters(PointGroup group) => group.Points.Any(point => !point.IsEdge);

    private PointGroup Place(PointGroup group)
    {
        if (group.Observed is not { } observed) { return group; }
        ImmutableArray<string> values = [.. observed.Values.Select(value => Own(value, group))];
        return group with { Observed = observed with { Name = values[0], Values = values } };
    }

    private string Own(string value, PointGroup group)
    {
        if (graph.Constant(value) is not null || _watched.Add(value)) { return value; }
        string copy = _builder.Unique(value + "_view");
        _builder.Add(new Node(_builder.Unique(copy), "Identity", [value], [copy], NodeAttributes.Empty));
        foreach (QuantizationPoint point in group.Points.Where(point => point.Value == value)) { _copies[point] = copy; }
        return copy;
    }
}
