using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The quantization parameters of observed values, from their observers.</summary>
internal static class GroupParameters
{
    /// <summary>The parameters of every observed value.</summary>
    /// <exception cref="QuantizationException">An observer saw no data.</exception>
    public static ImmutableDictionary<string, QuantizationParameters> Of(PreparedGraph prepared, Calibration calibration)
    {
        var parameters = ImmutableDictionary.CreateBuilder<string, QuantizationParameters>(StringComparer.Ordinal);
        foreach (ObserverGroup group in prepared.Groups)
        {
            QuantizationParameters chosen = group.Fixed ?? Observed(prepared.Graph, group, calibration);
            foreach (string value in group.Values) { parameters[value] = chosen; }
        }
        return parameters.ToImmutable();
    }

    /// <summary>The parameters that one group's observer chooses, constants of the group taken in.</summary>
    internal static QuantizationParameters Observed(Graph graph, ObserverGroup group, Calibration calibration)
    {
        Tensor[] constants = [.. group.Values.Select(graph.Constant).OfType<Tensor>()];
        IObserver? calibrated = calibration.Observers.GetValueOrDefault(group.Name);
        if (calibrated is { Count: 0 }) { throw NotObserved(graph, group.Values.First(value => graph.Constant(value) is null)); }
        if (calibrated is not null && constants.Length == 0) { return calibrated.CalculateQParams(); }

        // Constants are known without data: a copy of the observer takes them in, so that the calibration can still be merged.
        IObserver observer = calibration.ObserverNames.Create(group.Spec);
        if (calibrated is not null) { observer.Load(calibrated.Save()); }
        foreach (Tensor constant in constants) { observer.Observe(constant.AsSpan<float>(), constant.Shape); }
        return observer.CalculateQParams();
    }

    private static QuantizationException NotObserved(Graph graph, string value)
    {
        string source = graph.Producer(value) is { } producer ? $"the output of {producer}" : "an input of the graph";
        return new($"Cannot convert graph '{graph.Name}': value '{value}', {source}, was never observed. " +
            "Run at least one calibration batch between Prepare and Convert, or keep its readers in float by a QConfigMapping rule.");
    }
}
