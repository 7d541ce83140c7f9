using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What <see cref="Prepare"/> decides beyond the configurations.</summary>
public sealed record PrepareOptions
{
    /// <summary>As PyTorch's FX mode, except that a value is not observed when all its readers are float.</summary>
    public static PrepareOptions Default { get; } = new();

    /// <summary>Whether an output of the graph that a quantized operator computes is rounded to codes as well, as PyTorch does.</summary>
    public bool QuantizeOutputs { get; init; } = true;

    /// <summary>Whether the output of every quantized operator is observed, as PyTorch does, also when all its readers are float.</summary>
    public bool ObserveUnreadOutputs { get; init; }

    /// <summary>
    /// Operators whose output gets an observer of its own where their traits share the input's; <c>GlobalAveragePool</c> and <c>AveragePool</c>
    /// narrow the range, so an own scale is finer.
    /// </summary>
    public ImmutableSortedSet<string> OwnObserver { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Magnitude from which a constant operand (an additive mask) keeps its readers in float: in 8 bits it would leave no codes for the rest.</summary>
    public float LargestConstant { get; init; } = 1e4f;

    /// <summary>
    /// Whether elementwise operators that are together a function of one value (<c>x · sigmoid(x)</c>, a GELU spelled out) are quantized as one,
    /// with no rounding in between; our engines make one table of them. A <see cref="Backend"/> takes them one by one, as PyTorch does.
    /// </summary>
    public bool JoinElementwise { get; init; } = true;

    /// <summary>
    /// What the backend can run in integers; an operator it cannot run as configured stays float with that reason. Null for our own engines,
    /// which run every operator that has a quantized form.
    /// </summary>
    public BackendConfig? Backend { get; init; }

    /// <summary>The operators that nodes may name.</summary>
    public OperatorList Operators { get; init; } = OperatorList.BuiltIn;
}
