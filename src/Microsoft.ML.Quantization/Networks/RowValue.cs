using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>An input or output of a network as a column holds it: for each row one vector, the elements row-major.</summary>
/// <param name="Name">The network's name for it.</param>
/// <param name="Type">Its elements; one of <see cref="ItemTypes"/>.</param>
/// <param name="Sizes">Its axes without the first one.</param>
/// <param name="OneRow">Whether the network takes exactly one row at a time.</param>
internal sealed record RowValue(string Name, ElementType Type, ImmutableArray<int> Sizes, bool OneRow)
{
    /// <summary>Elements in one row.</summary>
    public int Length { get; } = new Shape(Sizes.AsSpan()).Length;

    /// <summary>Bytes of one row.</summary>
    public int Bytes => Length * Type.SizeInBytes();

    /// <summary>The tensor's shape for so many rows.</summary>
    public Shape ShapeOf(int rows) => new([rows, .. Sizes]);

    /// <summary>As <c>'x' [rows, 4]</c>.</summary>
    public override string ToString() => $"'{Name}' [rows{string.Concat(Sizes.Select(size => $", {size}"))}]";

    /// <summary>Reads the axes of a graph's input or output.</summary>
    /// <exception cref="QuantizationException">It cannot be a column.</exception>
    public static RowValue From(string kind, ValueInfo value)
    {
        ImmutableArray<Dimension> axes = value.Fact.Dimensions;
        if (ItemTypes.Of(value.Fact.Type) is null) { throw Errors.NoItemType(kind, value); }
        if (axes.Length == 0 || axes[0].Size is not (null or 1)) { throw Errors.NoRowAxis(kind, value); }
        if (axes.Skip(1).Any(axis => axis.Size is null)) { throw Errors.UnknownSize(kind, value); }
        return new(value.Name, value.Fact.Type, [.. axes.Skip(1).Select(axis => axis.Size!.Value)], OneRow: axes[0].Size == 1);
    }
}
