using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How a graph is bound to this machine. No setting changes a result.</summary>
public sealed record ExecutionOptions
{
    /// <summary>The engine; the fastest supported one, or the one <c>MLQ_ENGINE</c> names, when left out.</summary>
    public Engine? Engine { get; init; }

    /// <summary>Threads that share one run, the caller's included.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The operators that nodes may name.</summary>
    public OperatorList Operators { get; init; } = OperatorList.BuiltIn;
}
