using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Prepares a float graph for quantization by a <see cref="GraphQuantizer"/> (PyTorch's <c>prepare_pt2e</c>): batch normalization is folded, the quantizer rewrites,
/// annotates and validates, points that share are joined, and each group of them gets an observer.
/// </summary>
/// <remarks>Operators and the Relu behind them stay two nodes until <see cref="ConvertPt2e"/>: which of the two outputs is quantized is the quantizer's choice.</remarks>
public static class PreparePt2e
{
    private const string Pass = nameof(PreparePt2e);

    /// <summary>The passes before annotation: those of <see cref="FusionPipeline"/> without <see cref="FuseActivation"/>.</summary>
    public static ImmutableArray<IGraphPass> Passes(OperatorList? operators = null) => [.. FusionPipeline.Passes(operators).Where(pass => pass is not FuseActivation)];

    /// <summary>The graph with observers.</summary>
    /// <param name="model">A float graph; it is not changed.</param>
    /// <param name="quantizer">Says what is quantized.</param>
    /// <param name="operators">The operators that nodes may name.</param>
    /// <exception cref="QuantizationException">The graph is quantized already, the quantizer refuses it, or its annotations contradict each other or ask for what cannot be.</exception>
    public static Pt2eGraph Run(Graph model, GraphQuantizer quantizer, OperatorList? operators = null)
    {
        FloatModel.Require(model);
        PassResult fused = FusionPipeline.Run(model, Passes(operators));
        AnnotatedGraph annotated = quantizer.Annotate(new AnnotatedGraph(quantizer.TransformForAnnotation(fused.Graph)));
        quantizer.Validate(annotated);
        ImmutableArray<PointGroup> groups = [.. SharingGroups.Find(annotated).Where(IsQuantized).Select(points => Group(annotated.Graph, points, quantizer))];
        (Graph graph, ImmutableArray<ObserverGroup> observed, groups) = new ObserverPlaces(annotated.Graph, operators).Place(groups);
        ImmutableArray<PassNote> notes = [.. fused.Notes, .. annotated.Graph.Nodes.Select(node => Note(annotated, node))];
        return new(annotated, new PreparedGraph(graph, observed, ImmutableSortedDictionary.Create<string, QConfig>(StringComparer.Ordinal), notes, operators), groups);
    }

    // A placeholder for float32 says that a value stays as it is.
    private static bool IsQuantized(SharedPoints points) => points.Spec is not QuantizationSpec { DType: ElementType.Float32 };

    private static PointGroup Group(Graph graph, SharedPoints shared, GraphQuantizer quantizer)
    {
        if (Pt2eChecks.Refuse(graph, shared) is { } reason) { throw new QuantizationException($"The annotation of '{shared.Points[0]}' asks for {shared.Spec}: {reason}."); }
        ImmutableArray<string> values = [.. shared.Points.Select(point => point.Value).Distinct().OrderBy(value => graph.Constant(value) is not null)];
        ObserverGroup? group = shared.Spec switch
        {
            QuantizationSpec { IsDynamic: false } spec => new(values[0], spec.ToObserver(), values),
            FixedQParamsQuantizationSpec known => new(values[0], new ObserverSpec { Observer = QConfigMapping.FixedQParams, Type = known.DType, Scale = known.Scale, ZeroPoint = known.ZeroPoint }, values) { Fixed = known.Parameters },
            _ => null,
        };
        return new(shared.Spec, shared.Points, group is null ? null : quantizer.PrepareObserver(group, shared.Points));
    }

    private static PassNote Note(AnnotatedGraph annotated, Node node) => annotated.Of(node) switch
    {
        null => new(Pass, node.Name, false, $"{node.Operator} stays float: the quantizer has no pattern for it"),
        { OutputQSpec: null, InputQSpecMap: var map } when map.All(pair => pair.Value is null) => new(Pass, node.Name, false, $"{node.Operator} stays as it is: the quantizer says nothing of its inputs and output"),
        var annotation => new(Pass, node.Name, true, $"{node.Operator} {annotation}"),
    };
}
