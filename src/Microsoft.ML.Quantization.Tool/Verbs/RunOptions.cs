using System.CommandLine;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary>The options of verbs that run a model: <c>--engine</c>, <c>--threads</c>, <c>--batch</c>, <c>--memory-limit</c>. They change speed, never results.</summary>
internal sealed class RunOptions
{
    /// <summary>Rows per call unless stated.</summary>
    public const int DefaultBatch = 32;

    private const int MostThreads = 1024;

    private RunOptions(int defaultBatch) => Batch = NumberOption.Create("--batch", $"Rows per call ({defaultBatch} unless given).", 1, int.MaxValue);

    /// <summary>Which engine.</summary>
    public Option<string?> Engine { get; } = new("--engine") { Description = "Engine to run on, see 'mlquant engines' (the fastest unless given; MLQ_ENGINE sets another default).", HelpName = "NAME" };

    /// <summary>How many threads.</summary>
    public Option<int?> Threads { get; } = NumberOption.Create("--threads", "Threads (1 unless given).", 1, MostThreads);

    /// <summary>How many rows at once.</summary>
    public Option<int?> Batch { get; }

    /// <summary>How much memory.</summary>
    public required Option<int?> Memory { get; init; }

    /// <summary>Adds the options to a verb.</summary>
    public static RunOptions AddTo(Command verb, int defaultBatch = DefaultBatch)
    {
        var options = new RunOptions(defaultBatch) { Memory = MemoryOption.AddTo(verb) };
        verb.Add(options.Engine);
        verb.Add(options.Threads);
        verb.Add(options.Batch);
        return options;
    }

    /// <summary>The settings they give a plan.</summary>
    /// <exception cref="QuantizationException">There is no such engine, or this processor cannot run it.</exception>
    public ExecutionOptions Read(ParseResult arguments) => new()
    {
        Engine = arguments.GetValue(Engine) is string name ? EngineList.Choose(name) : null,
        Threads = arguments.GetValue(Threads) ?? 1,
        MemoryLimit = ReadMemory(arguments),
        RangesPerRow = true,
    };

    /// <summary>The memory limit in bytes, or null when none was given.</summary>
    public long? ReadMemory(ParseResult arguments) => MemoryOption.Read(arguments, Memory);

    /// <summary>The batch, or null when none was asked for.</summary>
    public int? ReadBatch(ParseResult arguments) => arguments.GetValue(Batch);
}
