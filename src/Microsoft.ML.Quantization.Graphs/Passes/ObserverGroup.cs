using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Values that get the same quantization parameters, and the observer that chooses them.</summary>
/// <param name="Name">The first of its values in graph order; unique among the groups of a graph.</param>
/// <param name="Spec">The observer to make.</param>
/// <param name="Values">The values, in graph order; each value of a graph is in at most one group.</param>
public sealed record ObserverGroup(string Name, ObserverSpec Spec, ImmutableArray<string> Values)
{
    /// <summary>The parameters when they are known beforehand (sigmoid, tanh, softmax); such a group is not observed.</summary>
    public QuantizationParameters? Fixed { get; init; }

    /// <inheritdoc/>
    public bool Equals(ObserverGroup? other) => other is not null && Name == other.Name && Spec == other.Spec && Equals(Fixed, other.Fixed) && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Spec, Values.Length);

    /// <summary>As <c>MinMax quint8 of pool_in, pool_out</c>.</summary>
    public override string ToString() => $"{(Fixed is null ? Spec.Observer : "Fixed")} {Spec.Type.Name()} of {string.Join(", ", Values)}";
}
