using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Several quantizers one after the other (PyTorch's <c>ComposableQuantizer</c>): the first that annotates a node decides about it. A later one that
/// changes or removes an annotation is an error.
/// </summary>
/// <param name="quantizers">The quantizers, most important first.</param>
public sealed class ComposableQuantizer(params ImmutableArray<GraphQuantizer> quantizers) : GraphQuantizer
{
    /// <summary>The quantizers.</summary>
    public ImmutableArray<GraphQuantizer> Quantizers => quantizers;

    /// <inheritdoc/>
    public override Graph TransformForAnnotation(Graph graph) => quantizers.Aggregate(graph, (current, quantizer) => quantizer.TransformForAnnotation(current));

    /// <inheritdoc/>
    /// <exception cref="QuantizationException">A quantizer changed or removed the annotation of one before it, or returned another graph.</exception>
    public override AnnotatedGraph Annotate(AnnotatedGraph graph)
    {
        foreach (GraphQuantizer quantizer in quantizers)
        {
            AnnotatedGraph next = quantizer.Annotate(graph);
            if (!ReferenceEquals(next.Graph, graph.Graph)) { throw new QuantizationException($"{Name(quantizer)} returned another graph from {nameof(Annotate)}; expected the same with annotations. Rewrite it in {nameof(TransformForAnnotation)}."); }
            foreach ((string node, QuantizationAnnotation before) in graph.Annotations)
            {
                if (!next.Annotations.TryGetValue(node, out QuantizationAnnotation? after)) { throw new QuantizationException($"{Name(quantizer)} removed the annotation of {graph.Graph.Node(node)}; expected it to leave nodes alone that an earlier quantizer annotated."); }
                if (after != before) { throw new QuantizationException($"{Name(quantizer)} changed the annotation of {graph.Graph.Node(node)} from '{before}' to '{after}'; expected it to leave nodes alone that an earlier quantizer annotated."); }
            }
            graph = next;
        }
        return graph;
    }

    /// <inheritdoc/>
    public override void Validate(AnnotatedGraph graph)
    {
        foreach (GraphQuantizer quantizer in quantizers) { quantizer.Validate(graph); }
    }

    /// <inheritdoc/>
    public override ObserverGroup PrepareObserver(ObserverGroup group, ImmutableArray<QuantizationPoint> points) => quantizers.Aggregate(group, (current, quantizer) => quantizer.PrepareObserver(current, points));

    private static string Name(GraphQuantizer quantizer) => quantizer.GetType().Name;
}
