using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Runs a float graph over data, lets detectors look at its nodes, and makes configurations of what they found.
/// </summary>
/// <remarks>Source: PyTorch <c>torch.ao.quantization.fx._model_report.model_report.ModelReport</c>.</remarks>
public sealed class ModelReport : IDisposable
{
    private readonly ImmutableArray<IReportDetector> _detectors;
    private readonly ExecutionPlan _plan;
    private readonly Dictionary<(IReportDetector Detector, string Value), ModelReportObserver> _observers = [];
    private readonly Tap _tap;

    /// <summary>Decides what is observed.</summary>
    /// <param name="model">The float graph; it is fused as quantization fuses it.</param>
    /// <param name="detectors">What to look for.</param>
    /// <param name="options">How the graph is run.</param>
    /// <exception cref="QuantizationException">There is no detector, or the graph is not supported.</exception>
    public ModelReport(Graph model, ImmutableArray<IReportDetector> detectors, ExecutionOptions? options = null)
    {
        if (detectors.IsDefaultOrEmpty) { throw new QuantizationException("A model report was asked for without a detector; expected at least one, such as new DynamicStaticDetector()."); }
        options ??= new();
        (_detectors, Graph) = (detectors, FusionPipeline.Run(model, options.Operators).Graph);
        foreach (IReportDetector detector in detectors)
        {
            foreach (string value in Graph.Nodes.Where(node => detector.Wants(Graph, node)).SelectMany(node => new[] { node.Inputs[0], node.Output }))
            {
                if (!_observers.ContainsKey((detector, value)) && Graph.Fact(value).Type == ElementType.Float32 && detector.CreateObserver() is { } observer) { _observers[(detector, value)] = observer; }
            }
        }
        _tap = new(_observers.GroupBy(entry => entry.Key.Value, entry => entry.Value, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal));
        _plan = ExecutionPlan.Bind(Graph, options with { KeepsValues = true });
    }

    /// <summary>The fused float graph.</summary>
    public Graph Graph { get; }

    /// <summary>Runs one batch and gathers statistics.</summary>
    /// <exception cref="QuantizationException">The batch does not fit the graph, or a value is NaN.</exception>
    public void Observe(ImmutableArray<Tensor> batch) => _plan.Run(batch, _tap);

    /// <summary>What the detectors found (PyTorch's <c>generate_model_report</c>).</summary>
    /// <exception cref="QuantizationException">The statistics allow no statement: no data, or a value that never changes.</exception>
    public ModelFindings Generate() => new([.. _detectors.Select(detector => new DetectorSection(detector.Name,
        [.. Graph.Nodes.Where(node => detector.Wants(Graph, node)).Select(node => detector.Find(Graph, node, Observer(detector, node.Inputs[0]), Observer(detector, node.Output)))]))]);

    /// <inheritdoc/>
    public void Dispose() => _plan.Dispose();

    private ModelReportObserver? Observer(IReportDetector detector, string value) => _observers.GetValueOrDefault((detector, value)) is not { } observer ? null
        : observer.Batches > 0 ? observer : throw new QuantizationException($"Value '{value}' was never observed; expected at least one batch between making a report and generating it.");

    private sealed class Tap(Dictionary<string, ModelReportObserver[]> observers) : IActivationTap
    {
        public bool Wants(string value) => observers.ContainsKey(value);

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape)
        {
            foreach (ModelReportObserver observer in observers[value])
            {
                if (shape.Rank > observer.ChannelAxis) { observer.Observe(elements, shape); }
            }
        }
    }
}
