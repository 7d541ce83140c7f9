using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Quantizes the tables of embeddings (Gather of rows of a constant) to 8 bits with a scale and a real-valued zero point for each row (PyTorch's
/// <c>EmbeddingQuantizer</c>). Everything else is left alone.
/// </summary>
public sealed class EmbeddingQuantizer : GraphQuantizer
{
    /// <summary>PyTorch's <c>get_embedding_operators_config</c>: quint8 rows, scales from 2⁻¹² up.</summary>
    public static QuantizationConfig Config { get; } = new(null, null,
        new(ElementType.QUInt8, new ObserverSpec { Observer = "PerChannelMinMax", Eps = ObserverDefaults.QnnpackEps }, qscheme: QScheme.PerChannelAffineFloatQParams, chAxis: 0), null);

    /// <inheritdoc/>
    public override AnnotatedGraph Annotate(AnnotatedGraph graph)
    {
        ImmutableArray<Node> embeddings = [.. graph.Graph.Nodes.Where(node => node is { Operator: "Gather", Domain: "" } && !graph.IsAnnotated(node) && EmbeddingForm.Decline(graph.Graph, node) is null)];
        return embeddings.Aggregate(graph, (current, node) => current.With(node.Name, new QuantizationAnnotation().WithInput(node.Inputs[0], Config.Weight)));
    }
}
