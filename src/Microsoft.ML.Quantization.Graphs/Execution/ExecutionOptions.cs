using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How a graph is bound to this machine. No setting but <see cref="RangesPerRow"/> changes a result.</summary>
public sealed record ExecutionOptions
{
    /// <summary>The engine; the fastest supported one, or the one <c>MLQ_ENGINE</c> names, when left out.</summary>
    public Engine? Engine { get; init; }

    /// <summary>Threads that share one run, the caller's included.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Bytes that the values of one run may take. Left out, 64 MB and 8 times the bytes of constants, inputs and results of weighted
    /// operators, so that a small file cannot ask for all memory.
    /// </summary>
    public long? MemoryLimit { get; init; }

    /// <summary>
    /// Whether each row, an index of the inputs' first axis, chooses ranges of its own where ranges come from the run, so that a call for many rows gives the bits of a
    /// call for each. Only for graphs that keep rows apart; see <see cref="ExecutionPlan.RowsAreApart"/>. Otherwise a call has one range, as ONNX and PyTorch have it.
    /// </summary>
    public bool RangesPerRow { get; init; }

    /// <summary>Whether each value of the graph is computed by itself, so that a tap can see it.</summary>
    internal bool KeepsValues { get; init; }

    /// <summary>The operators that nodes may name.</summary>
    public OperatorList Operators { get; init; } = OperatorList.BuiltIn;
}
