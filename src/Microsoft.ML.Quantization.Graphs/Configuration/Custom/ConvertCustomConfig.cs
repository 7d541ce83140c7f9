using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Special cases when a prepared model of modules is converted (PyTorch's <c>ConvertCustomConfig</c>): data, stored by <see cref="CustomConfigJson"/>.</summary>
public sealed record ConvertCustomConfig
{
    /// <summary>Classes of observed modules and the quantized ones that take their place.</summary>
    public CustomModules ObservedToQuantized { get; init; } = CustomModules.Empty;

    /// <summary>Attributes of the model that the converted one keeps.</summary>
    public ImmutableArray<string> PreservedAttributes { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(ConvertCustomConfig? other) => other is not null && ObservedToQuantized == other.ObservedToQuantized && PreservedAttributes.AsSpan().SequenceEqual(other.PreservedAttributes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ObservedToQuantized, PreservedAttributes.Length);
}
