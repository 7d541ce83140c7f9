using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization;

/// <summary>How rows are scored: the checked form of the options about it.</summary>
/// <param name="Engine">The engine, or null for the usual one.</param>
/// <param name="BatchSize">Most rows that a cursor reads ahead.</param>
/// <param name="Threads">Threads, or null for the usual number.</param>
internal sealed record RowExecution(Engine? Engine, int BatchSize, int? Threads)
{
    /// <summary>Looks the engine up now, so that a wrong name is told where it was written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <exception cref="QuantizationException">There is no such engine.</exception>
    public static RowExecution From(string? engine, int batchSize, int? threads) =>
        new(engine is null ? null : EngineList.Find(engine), RequirePositive("BatchSize", batchSize), threads is { } count ? RequirePositive("Threads", count) : null);

    /// <summary>Threads over which a cursor spreads the rows of a batch.</summary>
    public int RowThreads => BatchSize == 1 ? 1 : Threads ?? Environment.ProcessorCount;

    /// <summary>How a network is bound. Threads share its calls only when these are of one row each.</summary>
    public ExecutionOptions ToPlan() => new() { Engine = Engine, RangesPerRow = true, Threads = BatchSize == 1 ? Threads ?? 1 : 1 };

    /// <summary>Returns an option that must be 1 or more.</summary>
    public static int RequirePositive(string name, int value) => value >= 1 ? value : throw Errors.OptionBelowOne(name, value);
}
