using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Finds layers that input-weight equalization would help.
/// <code>
/// s[c] = √(range of weight channel c / range of all weights) / √(range of input channel c / range of the input)
/// </code>
/// Channel c gains when threshold ≤ s[c] ≤ 1 / threshold; a layer is recommended when 40 % of its channels gain.
/// </summary>
/// <remarks>Source: PyTorch <c>InputWeightEqualizationDetector</c>. Weights with fewer input channels (groups) are repeated.</remarks>
/// <param name="threshold">Smallest s of a channel that gains.</param>
public sealed class InputWeightEqualizationDetector(float threshold = 0.5f) : IReportDetector
{
    private const int ChannelAxis = 1;
    private const double LeastShare = 0.4;

    /// <inheritdoc/>
    public string Name => "input_weight_equalization_detector";

    /// <inheritdoc/>
    public ModelReportObserver? CreateObserver() => new(ChannelAxis);

    /// <inheritdoc/>
    public bool Wants(Graph graph, Node node) => WeightedLayer.IsCandidate(node) && Rewriting.TryFloats(graph, node, 1, out _);

    /// <inheritdoc/>
    public DetectorFinding Find(Graph graph, Node node, ModelReportObserver? input, ModelReportObserver? output)
    {
        int axis = node.Operator == "Gemm" && node.Attributes.Int("transB", 0) == 0 ? 0 : 1;
        RangeObserver weights = ChannelScaling.Ranges(graph.Constant(node.Inputs[1])!, axis);
        (float low, float high) = Global(weights);
        float[] ofWeights = Ratios(weights, low, high, $"weights of {node}"), ofInput = Ratios(input!.Ranges, input.EpochMinimum, input.EpochMaximum, $"input of {node}");
        if (ofInput.Length % ofWeights.Length != 0) { throw new QuantizationException($"{node} has {ofInput.Length} input channels and weights for {ofWeights.Length}; expected a multiple."); }
        ImmutableArray<float> s = [.. ofInput.Select((ratio, c) => MathF.Sqrt(ofWeights[c % ofWeights.Length]) / MathF.Sqrt(ratio))];
        ImmutableArray<float> gains = [.. s.Select(value => ReportText.Bit(threshold <= value && value <= 1f / threshold))];

        ImmutableSortedDictionary<string, string> features = ImmutableSortedDictionary<string, string>.Empty
            .Add("input_weight_threshold", ReportText.Number(threshold)).Add("input_weight_channel_axis", "1")
            .Add("input_activation_global_max", ReportText.Number(input.EpochMaximum)).Add("input_activation_global_min", ReportText.Number(input.EpochMinimum))
            .Add("weight_global_max", ReportText.Number(high)).Add("weight_global_min", ReportText.Number(low));
        ImmutableSortedDictionary<string, ImmutableArray<float>> channels = ImmutableSortedDictionary<string, ImmutableArray<float>>.Empty
            .Add("input_weight_equalization_recommended", gains).Add("input_weight_channel_comparison_metrics", s)
            .Add("input_activation_per_channel_max", [.. input.Maxima]).Add("input_activation_per_channel_min", [.. input.Minima])
            .Add("weight_per_channel_max", [.. weights.Maxima]).Add("weight_per_channel_min", [.. weights.Minima]);
        int gaining = (int)gains.Sum();
        bool recommended = gaining >= LeastShare * gains.Length;
        return new(node.Name, features, channels, recommended ? $"{node}: input-weight equalization, because {gaining} of {gains.Length} channels gain" : null) { Equalize = recommended };
    }

    private static (float Low, float High) Global(RangeObserver observer)
    {
        (float low, float high) = (float.PositiveInfinity, float.NegativeInfinity);
        for (int c = 0; c < observer.Minima.Length; c++) { (low, high) = (MathF.Min(low, observer.Minima[c]), MathF.Max(high, observer.Maxima[c])); }
        return (low, high);
    }

    private static float[] Ratios(RangeObserver observer, float low, float high, string what)
    {
        float range = high - low;
        if (range == 0) { throw new QuantizationException($"The {what} has only the value {low}; expected a range above 0. Leave the node out of the report, or use more varied data."); }
        var ratios = new float[observer.Minima.Length];
        for (int c = 0; c < ratios.Length; c++) { ratios[c] = (observer.Maxima[c] - observer.Minima[c]) / range; }
        return ratios;
    }
}
