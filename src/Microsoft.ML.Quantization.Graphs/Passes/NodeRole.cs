using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What quantization makes of one node, as far as the node alone decides it.</summary>
/// <param name="Config">Its configuration; null when it stays float.</param>
/// <param name="Reason">Why it stays float; null otherwise, and for nodes that compute no reals.</param>
/// <param name="Data">Its inputs that carry activations.</param>
/// <param name="SharesObserver">Whether its output has the parameters of its inputs.</param>
/// <param name="HasWeights">Whether it multiplies by constant weights.</param>
internal sealed record NodeRole(QConfig? Config, string? Reason, ImmutableArray<string> Data, bool SharesObserver = false, bool HasWeights = false)
{
    public bool MayQuantize => Config is not null;
}
