namespace Microsoft.ML.Quantization;

/// <summary>How a converted network scores. Everything has a default.</summary>
public sealed record ConvertOptions
{
    /// <summary>
    /// Further outputs of the network beside the one the calibrated column holds: <c>new("Column", "the network's output")</c>.
    /// </summary>
    public IReadOnlyList<InputOutputColumnPair> FurtherOutputs { get; init; } = [];

    /// <summary>Most rows that a cursor reads ahead and scores in one call. Results do not depend on it.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The engine, e.g. <c>Reference</c>; the fastest one, or the one that <c>MLQ_ENGINE</c> names, when null. Results do not depend on it.</summary>
    public string? Engine { get; init; }

    /// <summary>Threads, as in <see cref="ScoringOptions.Threads"/>. Results do not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Whether operators that would be slower in integers stay float; <see cref="QuantizedNetwork.Report"/> says which and why. The choice is part of
    /// the network and does not depend on the machine.
    /// </summary>
    public bool PreferSpeed { get; init; }

    /// <summary>Its <c>Log</c> gets the warnings of the conversion; without it they are only in <see cref="QuantizedNetwork.Warnings"/>.</summary>
    public MLContext? MLContext { get; init; }

    internal RowExecution ToExecution() => RowExecution.From(Engine, BatchSize, Threads);
}
