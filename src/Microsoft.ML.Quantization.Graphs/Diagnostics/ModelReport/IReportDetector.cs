using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Finds one kind of improvement of a quantization, from a float graph and statistics of its values.</summary>
/// <remarks>Source: PyTorch <c>torch.ao.quantization.fx._model_report.detector.DetectorBase</c>.</remarks>
public interface IReportDetector
{
    /// <summary>The name of its section in a report.</summary>
    string Name { get; }

    /// <summary>The statistics it wants of each value it looks at; null when it needs none.</summary>
    ModelReportObserver? CreateObserver();

    /// <summary>Whether it looks at a node.</summary>
    bool Wants(Graph graph, Node node);

    /// <summary>What it found at a node.</summary>
    /// <param name="graph">The fused float graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="input">Statistics of the node's first input; null when it needs none.</param>
    /// <param name="output">Statistics of the node's output; null when it needs none.</param>
    /// <exception cref="QuantizationException">The statistics allow no statement.</exception>
    DetectorFinding Find(Graph graph, Node node, ModelReportObserver? input, ModelReportObserver? output);
}

/// <summary>What a detector found at one node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Features">Facts about the node as a whole, by name; text, numbers and truths as text.</param>
/// <param name="ChannelFeatures">Facts for each channel, by name.</param>
/// <param name="Advice">What to do, in a sentence; null for nothing.</param>
public sealed record DetectorFinding(string Node, ImmutableSortedDictionary<string, string> Features, ImmutableSortedDictionary<string, ImmutableArray<float>> ChannelFeatures, string? Advice)
{
    /// <summary>Whether its weights should have a scale for each channel; null when the detector does not say.</summary>
    public bool? PerChannelWeights { get; init; }

    /// <summary>Whether its activations should get their range at run time; null when the detector does not say.</summary>
    public bool? DynamicActivations { get; init; }

    /// <summary>Whether input-weight equalization should be used; null when the detector does not say.</summary>
    public bool? Equalize { get; init; }
}
