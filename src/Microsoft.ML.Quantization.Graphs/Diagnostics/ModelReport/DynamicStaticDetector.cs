using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Finds layers whose output range changes from batch to batch, for which ranges fixed by calibration are a bad guess.
/// <code>
/// s = average batch range / range of all batches      stationary: s > tolerance      dynamic: s of the output ≤ tolerance
/// </code>
/// </summary>
/// <remarks>Source: PyTorch <c>DynamicStaticDetector</c>.</remarks>
/// <param name="tolerance">The largest s of a distribution that is not stationary.</param>
public sealed class DynamicStaticDetector(float tolerance = 0.5f) : IReportDetector
{
    /// <inheritdoc/>
    public string Name => "dynamic_vs_static_detector";

    /// <inheritdoc/>
    public ModelReportObserver? CreateObserver() => new();

    /// <inheritdoc/>
    public bool Wants(Graph graph, Node node) => WeightedLayer.IsCandidate(node);

    /// <inheritdoc/>
    public DetectorFinding Find(Graph graph, Node node, ModelReportObserver? input, ModelReportObserver? output)
    {
        (float before, float after) = (input!.BatchToEpochRatio, output!.BatchToEpochRatio);
        bool dynamic = after <= tolerance, supported = node.Operator == "Gemm";
        ImmutableSortedDictionary<string, string> features = ImmutableSortedDictionary<string, string>.Empty
            .Add("dynamic_static_tolerance", ReportText.Number(tolerance)).Add("dynamic_recommended", ReportText.Truth(dynamic)).Add("is_dynamic_supported", ReportText.Truth(supported))
            .Add("input_activation_dynamic_static_comp_stat", ReportText.Number(before)).Add("input_activation_dynamic_static_data_classification", Class(before))
            .Add("output_activation_dynamic_static_comp_stat", ReportText.Number(after)).Add("output_activation_dynamic_static_data_classification", Class(after));
        return new(node.Name, features, ImmutableSortedDictionary<string, ImmutableArray<float>>.Empty,
            $"{node}: {(dynamic ? "dynamic" : "static")} quantization, because its input is {Class(before)} and its output {Class(after)}{(dynamic && !supported ? "; only Linear has a dynamic form yet" : "")}")
        {
            DynamicActivations = dynamic && supported,
        };
    }

    private string Class(float statistic) => statistic > tolerance ? "stationary" : "non-stationary";
}
