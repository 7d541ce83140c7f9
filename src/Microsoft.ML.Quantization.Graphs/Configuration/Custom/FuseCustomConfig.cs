using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Special cases when modules are fused (PyTorch's <c>FuseCustomConfig</c>): data, stored by <see cref="CustomConfigJson"/>.</summary>
public sealed record FuseCustomConfig
{
    /// <summary>Attributes of the model that the fused one keeps.</summary>
    public ImmutableArray<string> PreservedAttributes { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(FuseCustomConfig? other) => other is not null && PreservedAttributes.AsSpan().SequenceEqual(other.PreservedAttributes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => PreservedAttributes.Length;
}
