using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization;

/// <summary>The part of the options that says how a network is bound.</summary>
internal static class ExecutionSettings
{
    /// <summary>Looks the engine up now, so that a wrong name is told where it was written.</summary>
    public static ExecutionOptions From(string? engine, int threads) => new() { Engine = engine is null ? null : EngineList.Find(engine), Threads = RequirePositive("Threads", threads) };

    /// <summary>Returns an option that must be 1 or more.</summary>
    public static int RequirePositive(string name, int value) => value >= 1 ? value : throw Errors.OptionBelowOne(name, value);
}
