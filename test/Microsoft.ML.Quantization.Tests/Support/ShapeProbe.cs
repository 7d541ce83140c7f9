using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Keeps the shape that a chain propagates to it and the schema that it is then fitted on.</summary>
internal sealed class ShapeProbe : IEstimator<ITransformer>
{
    private SchemaShape? _shape;
    private DataViewSchema? _schema;

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _shape = inputSchema;

    public ITransformer Fit(IDataView input)
    {
        _schema = input.Schema;
        return new TransformerChain<ITransformer>();
    }

    /// <summary>Fails unless the shape promised what the schema holds: names, kinds, types, annotations.</summary>
    public void AssertAgreement() => CollectionAssert.AreEqual(
        _schema!.Where(column => !column.IsHidden).Select(Describe).Order(StringComparer.Ordinal).ToArray(),
        _shape!.Select(Describe).Order(StringComparer.Ordinal).ToArray());

    private static string Describe(SchemaShape.Column column) =>
        $"{column.Name} {column.Kind} {column.ItemType} key={column.IsKey} [{string.Join(", ", column.Annotations.Select(Describe).Order(StringComparer.Ordinal))}]";

    private static string Describe(DataViewSchema.Column column)
    {
        (SchemaShape.Column.VectorKind kind, DataViewType item) = column.Type switch
        {
            VectorDataViewType { IsKnownSize: true } vector => (SchemaShape.Column.VectorKind.Vector, vector.ItemType),
            VectorDataViewType vector => (SchemaShape.Column.VectorKind.VariableVector, vector.ItemType),
            _ => (SchemaShape.Column.VectorKind.Scalar, column.Type),
        };
        // A shape gives a key's underlying number type.
        DataViewType shown = item is KeyDataViewType ? ItemTypes.Of(ItemTypes.ElementOf(item)!.Value)! : item;
        return $"{column.Name} {kind} {shown} key={item is KeyDataViewType} [{string.Join(", ", column.Annotations.Schema.Select(Describe).Order(StringComparer.Ordinal))}]";
    }
}
