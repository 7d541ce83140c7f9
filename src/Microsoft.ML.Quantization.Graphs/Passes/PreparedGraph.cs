using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A float graph and the decision how to quantize it: which nodes, with which configuration, and which values share an observer. Calibration
/// fills the observers; <see cref="Converter"/> then rewrites the graph.
/// </summary>
public sealed class PreparedGraph
{
    private readonly FrozenDictionary<string, ObserverGroup> _groupOf;

    /// <summary>A decision about <paramref name="graph"/>.</summary>
    /// <exception cref="QuantizationException">A value is in two groups.</exception>
    public PreparedGraph(Graph graph, ImmutableArray<ObserverGroup> groups, ImmutableSortedDictionary<string, QConfig> quantized, ImmutableArray<PassNote> notes, OperatorList? operators = null)
    {
        (Graph, Groups, Quantized, Notes, Operators) = (graph, groups, quantized, notes, operators ?? OperatorList.BuiltIn);
        var groupOf = new Dictionary<string, ObserverGroup>(StringComparer.Ordinal);
        foreach (ObserverGroup group in groups)
        {
            foreach (string value in group.Values)
            {
                if (!groupOf.TryAdd(value, group)) { throw new QuantizationException($"Value '{value}' of graph '{graph.Name}' is in the groups '{groupOf[value].Name}' and '{group.Name}'; expected one."); }
            }
        }
        _groupOf = groupOf.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The float graph, unchanged.</summary>
    public Graph Graph { get; }

    /// <summary>The operators its nodes name.</summary>
    public OperatorList Operators { get; }

    /// <summary>The observed values, by common parameters, in graph order.</summary>
    public ImmutableArray<ObserverGroup> Groups { get; }

    /// <summary>The nodes that will be quantized, by name, each with its configuration.</summary>
    public ImmutableSortedDictionary<string, QConfig> Quantized { get; }

    /// <summary>For each node what was decided; for one that stays float, why.</summary>
    public ImmutableArray<PassNote> Notes { get; }

    /// <summary>The group of a value, or null when it is not observed.</summary>
    public ObserverGroup? GroupOf(string value) => _groupOf.GetValueOrDefault(value);
}
