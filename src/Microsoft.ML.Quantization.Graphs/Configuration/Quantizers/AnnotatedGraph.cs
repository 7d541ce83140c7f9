using System.Collections.Immutable;
using System.Text;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A float graph and what <see cref="GraphQuantizer"/>s say of its nodes. Immutable: annotating gives another one.</summary>
public sealed class AnnotatedGraph
{
    /// <summary>A graph of which nothing has been said.</summary>
    public AnnotatedGraph(Graph graph) : this(graph, ImmutableSortedDictionary.Create<string, QuantizationAnnotation>(StringComparer.Ordinal))
    {
    }

    private AnnotatedGraph(Graph graph, ImmutableSortedDictionary<string, QuantizationAnnotation> annotations) => (Graph, Annotations) = (graph, annotations);

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>The annotations by node name.</summary>
    public ImmutableSortedDictionary<string, QuantizationAnnotation> Annotations { get; }

    /// <summary>The annotation of a node; null when there is none.</summary>
    public QuantizationAnnotation? Of(Node node) => Annotations.GetValueOrDefault(node.Name);

    /// <summary>Whether any of these nodes has an annotation.</summary>
    public bool IsAnnotated(params ReadOnlySpan<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            if (Annotations.ContainsKey(node.Name)) { return true; }
        }
        return false;
    }

    /// <summary>Adds or replaces the annotation of a node.</summary>
    /// <exception cref="QuantizationException">The graph has no such node, or the node does not read a value that the annotation speaks of.</exception>
    public AnnotatedGraph With(string node, QuantizationAnnotation annotation)
    {
        Node found = Graph.Node(node);
        if (annotation.InputQSpecMap.FirstOrDefault(pair => !found.Inputs.Contains(pair.Key)).Key is { } stranger)
        {
            throw new QuantizationException($"The annotation of {found} speaks of '{stranger}', which the node does not read; expected one of {string.Join(", ", found.Inputs)}.");
        }
        return new(Graph, Annotations.SetItem(node, annotation));
    }

    /// <summary>Takes the annotation of a node away.</summary>
    public AnnotatedGraph Without(string node) => new(Graph, Annotations.Remove(node));

    /// <summary>One line for each annotated node, in graph order: <c>conv: x: qint8 … → qint8 …</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (Node node in Graph.Nodes)
        {
            if (Of(node) is { } annotation) { text.Append(node.Name).Append(": ").Append(annotation).Append('\n'); }
        }
        return text.ToString();
    }
}
