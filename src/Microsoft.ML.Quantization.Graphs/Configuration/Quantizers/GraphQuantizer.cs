using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Says how a graph is quantized, node by node, for one backend (PyTorch's <c>Quantizer</c>): it knows the patterns the backend runs in
/// integers, and annotates them. <see cref="PreparePt2e"/> turns annotations into observers and <see cref="ConvertPt2e"/> observers into a graph.
/// </summary>
/// <remarks>Derive from it to describe a backend of your own. Quantizers hold no state that changes; use one for as many graphs as you like.</remarks>
public abstract class GraphQuantizer
{
    /// <summary>Rewrites a graph before it is annotated, into operators that this quantizer knows. The graph itself unless overridden.</summary>
    /// <param name="graph">A float graph, batch normalization folded; not to be changed.</param>
    public virtual Graph TransformForAnnotation(Graph graph) => graph;

    /// <summary>Annotates nodes.</summary>
    /// <param name="graph">The graph, perhaps with annotations of another quantizer; leave annotated nodes alone.</param>
    /// <returns>The graph with further annotations.</returns>
    public abstract AnnotatedGraph Annotate(AnnotatedGraph graph);

    /// <summary>Refuses annotations that the backend cannot run. Nothing is refused unless overridden.</summary>
    /// <exception cref="QuantizationException">The backend cannot run it.</exception>
    public virtual void Validate(AnnotatedGraph graph)
    {
    }

    /// <summary>
    /// Shown every observer before it is made (PyTorch's <c>prepare_obs_or_fq_callback</c>), so that it can be replaced.
    /// </summary>
    /// <param name="group">The observer and the values it will see.</param>
    /// <param name="points">The points that share it, in graph order.</param>
    /// <returns>The group with another <see cref="ObserverGroup.Spec"/> or <see cref="ObserverGroup.Fixed"/>, or as it is.</returns>
    public virtual ObserverGroup PrepareObserver(ObserverGroup group, ImmutableArray<QuantizationPoint> points) => group;
}
