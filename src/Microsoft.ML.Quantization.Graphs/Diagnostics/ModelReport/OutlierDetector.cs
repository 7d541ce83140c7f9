using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Finds channels of a node's input whose largest value lies far above the rest, so that one scale leaves few codes for the rest.
/// <code>
/// r = |mean over batches of q(1) / q(p)|      outlier: max(r, 1/r) > ratio threshold
/// </code>
/// The reciprocal is for channels of negative values, in which q(p) has the larger magnitude.
/// </summary>
/// <remarks>Source: PyTorch <c>OutlierDetector</c>. Reliable for stationary data only; see <see cref="DynamicStaticDetector"/>.</remarks>
/// <param name="ratioThreshold">Largest ratio without an outlier.</param>
/// <param name="referencePercentile">p.</param>
/// <param name="batchesUsedThreshold">Share of the batches that a channel's ratio must count to be trusted.</param>
/// <param name="channelAxis">Axis whose indexes are channels.</param>
public sealed class OutlierDetector(float ratioThreshold = 3.5f, float referencePercentile = 0.975f, float batchesUsedThreshold = 0.95f, int channelAxis = 1) : IReportDetector
{
    /// <inheritdoc/>
    public string Name => "outlier_detector";

    /// <inheritdoc/>
    public ModelReportObserver? CreateObserver() => new(channelAxis, referencePercentile);

    /// <inheritdoc/>
    public bool Wants(Graph graph, Node node) => node.HasInput(0) && graph.Constant(node.Inputs[0]) is null
        && graph.Fact(node.Inputs[0]) is { Type: ElementType.Float32 } fact && fact.Rank > channelAxis;

    /// <inheritdoc/>
    public DetectorFinding Find(Graph graph, Node node, ModelReportObserver? input, ModelReportObserver? output)
    {
        ModelReportObserver seen = input!;
        ImmutableArray<float> ratios = [.. seen.PercentileRatios.ToArray().Select(Ratio)], outliers = [.. ratios.Select(ratio => ReportText.Bit(ratio > ratioThreshold))];
        int[] tracked = seen.PercentileBatches.ToArray();
        ImmutableSortedDictionary<string, string> features = ImmutableSortedDictionary<string, string>.Empty
            .Add("outlier_detection_channel_axis", ReportText.Number(channelAxis)).Add("outlier_detection_ratio_threshold", ReportText.Number(ratioThreshold))
            .Add("outlier_detection_reference_percentile", ReportText.Number(referencePercentile));
        ImmutableSortedDictionary<string, ImmutableArray<float>> channels = ImmutableSortedDictionary<string, ImmutableArray<float>>.Empty
            .Add("outlier_detection_percentile_ratios", ratios).Add("outliers_detected", outliers)
            .Add("outlier_detection_batches_used", [.. tracked.Select(count => (float)count)])
            .Add("outlier_detection_is_sufficient_batches", [.. tracked.Select(count => ReportText.Bit((float)count / seen.Batches >= batchesUsedThreshold))])
            .Add("constant_batch_counts", [.. seen.ConstantBatches.ToArray().Select(count => (float)count)])
            .Add("input_activation_per_channel_max", [.. seen.Maxima]);
        string[] where = [.. outliers.Select((found, c) => (found, c)).Where(channel => channel.found == 1).Select(channel => ReportText.Number(channel.c))];
        return new(node.Name, features, channels, where.Length == 0 ? null : $"{node}: outliers in channels {string.Join(", ", where)} of its input; consider a histogram observer, equalization, or float for this node");
    }

    private static float Ratio(float mean) => MathF.Abs(mean) is var ratio && ratio < 1f ? 1f / ratio : ratio;
}
