namespace Microsoft.ML.Quantization;

/// <summary>Which columns feed a network, which it fills, and how it runs. Everything has a default.</summary>
public record ScoringOptions
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

    /// <summary>Most rows for each call of the network, while fitting and while scoring. Results of scoring do not depend on it.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The engine, e.g. <c>Reference</c>; the fastest one, or the one that <c>MLQ_ENGINE</c> names, when null. Results do not depend on it.</summary>
    public string? Engine { get; init; }

    /// <summary>
    /// Threads over which a cursor spreads the rows of a batch; when <see cref="BatchSize"/> is 1, threads that share the call for one row; while
    /// calibrating, threads that share the call for a batch. Null: all processors for the rows of a batch, else one. A <c>PredictionEngine</c> scores
    /// on its caller's thread. Results do not depend on it.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Its <c>Log</c> gets messages while fitting; without it there are none.</summary>
    public MLContext? MLContext { get; init; }

    internal RowExecution ToExecution() => RowExecution.From(Engine, BatchSize, Threads);
}
