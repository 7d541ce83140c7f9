using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What is known of a value before the model runs: its element type and its axes.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Dimensions">Axes, outermost first.</param>
public sealed record TensorFact(ElementType Type, ImmutableArray<Dimension> Dimensions)
{
    /// <summary>A fact whose sizes are all known.</summary>
    public TensorFact(ElementType type, Shape shape) : this(type, [.. shape.Sizes.Select(Dimension.Known)])
    {
    }

    /// <summary>Number of axes.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>Whether every size is known.</summary>
    public bool IsStatic => Dimensions.All(dimension => dimension.Size is not null);

    /// <summary>The sizes.</summary>
    /// <exception cref="QuantizationException">A size is not known.</exception>
    public Shape ToShape() => IsStatic
        ? new Shape([.. Dimensions.Select(dimension => dimension.Size!.Value)])
        : throw new QuantizationException($"The shape of {this} is not known before the model runs; expected numbers on every axis.");

    /// <inheritdoc/>
    public bool Equals(TensorFact? other) => other is not null && Type == other.Type && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Rank);

    /// <summary>As <c>float32[batch, 10]</c>.</summary>
    public override string ToString() => $"{Type.Name()}[{string.Join(", ", Dimensions)}]";
}
