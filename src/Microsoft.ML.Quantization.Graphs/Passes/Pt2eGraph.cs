using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A float graph that a <see cref="GraphQuantizer"/> annotated, with its observers: what <see cref="PreparePt2e"/> gives and <see cref="ConvertPt2e"/> takes.</summary>
public sealed class Pt2eGraph
{
    private readonly Dictionary<QuantizationPoint, PointGroup> _groupOf;

    internal Pt2eGraph(AnnotatedGraph annotated, PreparedGraph prepared, ImmutableArray<PointGroup> groups)
    {
        (Annotated, Prepared, Groups) = (annotated, prepared, groups);
        _groupOf = groups.SelectMany(group => group.Points.Select(point => (point, group))).ToDictionary(pair => pair.point, pair => pair.group);
    }

    /// <summary>The graph after folding and the quantizer's own rewrites, with its annotations.</summary>
    public AnnotatedGraph Annotated { get; }

    /// <summary>
    /// What is observed, for a <see cref="Calibration"/>. Its graph is the annotated one; where readers of a value want different codes, each further
    /// observer watches an Identity in front of them.
    /// </summary>
    public PreparedGraph Prepared { get; }

    /// <summary>What was rewritten, and for each node what was decided.</summary>
    public ImmutableArray<PassNote> Notes => Prepared.Notes;

    internal ImmutableArray<PointGroup> Groups { get; }

    internal PointGroup? GroupOf(QuantizationPoint point) => _groupOf.GetValueOrDefault(point);
}

/// <summary>Points that get the same parameters.</summary>
/// <param name="Spec">Where the parameters come from.</param>
/// <param name="Points">The points, in graph order.</param>
/// <param name="Observed">The observer, for all values of the points, constants last; null where nothing is observed beforehand (derived, dynamic).</param>
internal sealed record PointGroup(QuantizationSpecBase Spec, ImmutableArray<QuantizationPoint> Points, ObserverGroup? Observed);
