using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Points that one observer serves.</summary>
/// <param name="Spec">What the first of them asks for, behind all sharing.</param>
/// <param name="Points">The points, in graph order.</param>
internal sealed record SharedPoints(QuantizationSpecBase Spec, ImmutableArray<QuantizationPoint> Points);

/// <summary>
/// Which annotated points share an observer (union-find): those that say so, and, where the annotation allows it, all views of one value that ask for the same codes.
/// </summary>
/// <remarks>Source: PyTorch <c>torch.ao.quantization.pt2e.prepare._get_edge_or_node_to_group_id</c>.</remarks>
internal sealed class SharingGroups
{
    private readonly AnnotatedGraph _graph;
    private readonly List<QuantizationPoint> _points = [];
    private readonly Dictionary<QuantizationPoint, QuantizationSpecBase> _specs = [];
    private readonly Dictionary<QuantizationPoint, int> _index = [];
    private readonly List<int> _parent = [];

    private SharingGroups(AnnotatedGraph graph) => _graph = graph;

    /// <summary>The groups, in the order of their first points.</summary>
    /// <exception cref="QuantizationException">A point shares with one that is not annotated, or points share with each other in a circle.</exception>
    public static ImmutableArray<SharedPoints> Find(AnnotatedGraph graph)
    {
        var groups = new SharingGroups(graph);
        groups.Collect();
        foreach (QuantizationPoint point in groups._points) { groups.ShareAsStated(point); }
        groups.ShareViews();
        return [.. groups._points.GroupBy(point => groups.Root(groups._index[point])).Select(group => new SharedPoints(groups.Behind(group.First()), [.. group]))];
    }

    private void Collect()
    {
        foreach (Node node in _graph.Graph.Nodes)
        {
            if (_graph.Of(node) is not { } annotation) { continue; }
            foreach (string input in node.Inputs.Distinct())
            {
                if (annotation.Input(input) is { } spec) { Add(new(input, node.Name), spec); }
            }
            if (annotation.OutputQSpec is not { } output) { continue; }
            foreach (string value in node.Outputs.Where(value => value.Length > 0 && _graph.Graph.Fact(value).Type == ElementType.Float32)) { Add(new(value), output); }
        }
    }

    private void Add(QuantizationPoint point, QuantizationSpecBase spec)
    {
        _index[point] = _points.Count;
        _parent.Add(_points.Count);
        _points.Add(point);
        _specs[point] = spec;
    }

    private void ShareAsStated(QuantizationPoint point)
    {
        Behind(point);
        if (_specs[point] is SharedQuantizationSpec shared) { Join(point, shared.EdgeOrNode); }
    }

    private void ShareViews()
    {
        foreach (IGrouping<string, QuantizationPoint> views in _points.GroupBy(point => point.Value, StringComparer.Ordinal))
        {
            QuantizationPoint[] all = [.. views];
            foreach (QuantizationPoint edge in all.Where(point => point.Reader is { } reader && _graph.Annotations[reader].AllowImplicitSharing))
            {
                foreach (QuantizationPoint other in all.Where(other => other != edge && SameCodes(Behind(edge), Behind(other)))) { Join(other, edge); }
            }
        }
    }

    /// <summary>What a point asks for, or the point that it shares with in the end.</summary>
    private QuantizationSpecBase Behind(QuantizationPoint point)
    {
        var seen = new HashSet<QuantizationPoint>();
        for (QuantizationPoint current = point; ;)
        {
            if (!seen.Add(current)) { throw new QuantizationException($"The points {string.Join(", ", seen)} share with each other in a circle; expected one of them to have an observer of its own."); }
            if (!_specs.TryGetValue(current, out QuantizationSpecBase? spec)) { throw new QuantizationException($"'{point}' shares with '{current}', which is not annotated; expected a point with a specification."); }
            if (spec is not SharedQuantizationSpec shared) { return spec; }
            current = shared.EdgeOrNode;
        }
    }

    private static bool SameCodes(QuantizationSpecBase left, QuantizationSpecBase right) => (left, right) switch
    {
        (QuantizationSpec a, QuantizationSpec b) => a.DType == b.DType && a.IsDynamic == b.IsDynamic && a.QScheme == b.QScheme && a.QuantMin == b.QuantMin && a.QuantMax == b.QuantMax && a.ChAxis == b.ChAxis,
        (FixedQParamsQuantizationSpec a, FixedQParamsQuantizationSpec b) => a.Parameters.Equals(b.Parameters),
        _ => false,
    };

    private void Join(QuantizationPoint one, QuantizationPoint other)
    {
        (int first, int second) = (Root(_index[one]), Root(_index[other]));
        _parent[Math.Max(first, second)] = Math.Min(first, second);
    }

    private int Root(int index)
    {
        while (_parent[index] != index) { index = _parent[index] = _parent[_parent[index]]; }
        return index;
    }
}
