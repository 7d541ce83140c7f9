using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization;

/// <summary>What calibration reads and how. Everything has a default.</summary>
public sealed record QuantizeObserveOptions
{
    /// <summary>
    /// The column with the network's only input. Short for <see cref="Inputs"/> with one pair; without either, columns are named as the
    /// network's inputs.
    /// </summary>
    public string? InputColumnName { get; init; }

    /// <summary>
    /// The column for the network's only output. Short for <see cref="Outputs"/> with one pair; without either, columns are named as the
    /// network's outputs.
    /// </summary>
    public string? OutputColumnName { get; init; }

    /// <summary>The column behind each input of a network with several: <c>new("the network's input", "Column")</c>. Empty: columns are named as the inputs.</summary>
    public IReadOnlyList<InputOutputColumnPair> Inputs { get; init; } = [];

    /// <summary>The outputs wanted of a network with several: <c>new("Column", "the network's output")</c>. Empty: all, in columns named as the outputs.</summary>
    public IReadOnlyList<InputOutputColumnPair> Outputs { get; init; } = [];

    /// <summary>Which observers watch what, and what stays float.</summary>
    public QConfigMapping QConfigs { get; init; } = QConfigMapping.Default;

    /// <summary>The observers that names in <see cref="QConfigs"/> can mean; add your own with <see cref="ObserverList.With"/>.</summary>
    public ObserverList Observers { get; init; } = ObserverList.BuiltIn;

    /// <summary>
    /// Rows to calibrate on, drawn from the whole view by <see cref="Seed"/>, each row equally likely. Null, the default, reads all rows of the
    /// view. A view that does not know its number of rows is counted first.
    /// </summary>
    public int? CalibrationRows { get; init; }

    /// <summary>Fixes which rows are drawn. Without <see cref="CalibrationRows"/> it has no effect.</summary>
    public int Seed { get; init; }

    /// <summary>Most rows for each call of the network, while fitting and while scoring. Results of scoring do not depend on it.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The engine, e.g. <c>Reference</c>; the fastest one, or the one that <c>MLQ_ENGINE</c> names, when null. Results do not depend on it.</summary>
    public string? Engine { get; init; }

    /// <summary>Threads that share one call of the network. Results do not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Told after every batch while fitting.</summary>
    public IProgress<QuantizationProgress>? Progress { get; init; }

    /// <summary>Asked before every batch while fitting; <c>Fit</c> then ends with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Its <c>Log</c> gets messages while fitting; without it there are none.</summary>
    public MLContext? MLContext { get; init; }

    internal ExecutionOptions ToExecution() => ExecutionSettings.From(Engine, Threads);
}
