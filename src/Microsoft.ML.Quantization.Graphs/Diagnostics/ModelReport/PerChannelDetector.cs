using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Finds layers whose weights could have a scale for each channel and have one for the tensor.</summary>
/// <remarks>Source: PyTorch <c>PerChannelDetector</c>. All of its backends support Linear and Conv; ConvTranspose has one scale.</remarks>
/// <param name="mapping">The configuration that is examined.</param>
/// <param name="backend">Name of the backend, for the report.</param>
public sealed class PerChannelDetector(QConfigMapping mapping, string backend = "x86") : IReportDetector
{
    /// <inheritdoc/>
    public string Name => "per_channel_detector";

    /// <inheritdoc/>
    public ModelReportObserver? CreateObserver() => null;

    /// <inheritdoc/>
    public bool Wants(Graph graph, Node node) => WeightedLayer.IsCandidate(node) && Rewriting.TryFloats(graph, node, 1, out _);

    /// <inheritdoc/>
    public DetectorFinding Find(Graph graph, Node node, ModelReportObserver? input, ModelReportObserver? output)
    {
        bool used = mapping.Find(node, graph)?.Weight?.Scheme.IsPerChannel() == true;
        ImmutableSortedDictionary<string, string> features = ImmutableSortedDictionary<string, string>.Empty
            .Add("backend", backend).Add("per_channel_quantization_supported", "true").Add("per_channel_quantization_used", used ? "true" : "false");
        return new(node.Name, features, ImmutableSortedDictionary<string, ImmutableArray<float>>.Empty,
            used ? null : $"{node} can have a weight scale for each channel; give it a per-channel weight observer") { PerChannelWeights = true };
    }
}
