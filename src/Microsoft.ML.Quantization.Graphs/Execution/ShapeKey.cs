using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Shapes of a run's inputs, equal when all are.</summary>
internal readonly record struct ShapeKey(ImmutableArray<Shape> Shapes)
{
    public bool Equals(ShapeKey other) => Shapes.AsSpan().SequenceEqual(other.Shapes.AsSpan());

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (Shape shape in Shapes) { hash.Add(shape); }
        return hash.ToHashCode();
    }
}
