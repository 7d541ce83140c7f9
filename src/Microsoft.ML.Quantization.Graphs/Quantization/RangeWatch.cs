using System.Collections.Immutable;
using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Watches the model's inputs and outputs for calibration data whose first part does not stand for the rest.</summary>
internal sealed class RangeWatch(Graph graph)
{
    private readonly ImmutableSortedDictionary<string, RangeDriftDetector> _detectors = graph.Inputs.Concat(graph.Outputs)
        .Where(value => value.Fact.Type == ElementType.Float32)
        .Select(value => value.Name).Distinct(StringComparer.Ordinal)
        .ToImmutableSortedDictionary(name => name, _ => new RangeDriftDetector(), StringComparer.Ordinal);

    public bool Wants(string value) => _detectors.ContainsKey(value);

    public void Observe(string value, ReadOnlySpan<float> elements)
    {
        (float minimum, float maximum, long count) = (float.PositiveInfinity, float.NegativeInfinity, 0);
        foreach (float element in elements)
        {
            if (!float.IsFinite(element)) { continue; }
            minimum = MathF.Min(minimum, element);
            maximum = MathF.Max(maximum, element);
            count++;
        }
        if (count > 0) { _detectors[value].Add(minimum, maximum, count); }
    }

    public ImmutableArray<string> Warnings => [.. _detectors.Select(pair => pair.Value.Warning(pair.Key)).OfType<string>()];
}
