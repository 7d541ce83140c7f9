using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Finding columns and checking that a network can read them, with ML.NET's own errors for missing ones.</summary>
internal static class Columns
{
    /// <summary>The visible column of that name.</summary>
    public static DataViewSchema.Column Require(DataViewSchema schema, string name) => schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn(name);

    /// <summary>The column of that name.</summary>
    public static SchemaShape.Column Require(SchemaShape shape, string name)
    {
        foreach (SchemaShape.Column column in shape)
        {
            if (column.Name == name) { return column; }
        }
        throw Errors.MissingColumn(name);
    }

    /// <summary>The visible column of that name, checked to hold one row of a network input.</summary>
    public static DataViewSchema.Column RequireInput(DataViewSchema schema, string name, RowValue input)
    {
        DataViewSchema.Column column = Require(schema, name);
        bool fits = column.Type is VectorDataViewType vector
            ? vector.Size == input.Length && vector.ItemType == NumberDataViewType.Single
            : column.Type == NumberDataViewType.Single && input.Length == 1;
        return fits ? column : throw Errors.ColumnDoesNotFit(name, column.Type.ToString()!, input);
    }

    /// <summary>The column of that name, checked as far as a shape tells: it knows kind and item type, not the size.</summary>
    public static SchemaShape.Column RequireInput(SchemaShape shape, string name, RowValue input)
    {
        SchemaShape.Column column = Require(shape, name);
        bool fits = column.ItemType == NumberDataViewType.Single && !column.IsKey
            && (column.Kind == SchemaShape.Column.VectorKind.Vector || (column.Kind == SchemaShape.Column.VectorKind.Scalar && input.Length == 1));
        return fits ? column : throw Errors.ColumnDoesNotFit(name, Describe(column), input);
    }

    /// <summary>How many columns have that name, hidden ones included. A step that replaces a column leaves the old one hidden beside it.</summary>
    public static int Generation(DataViewSchema schema, string name) => schema.Count(column => column.Name == name);

    private static string Describe(SchemaShape.Column column) => column.Kind switch
    {
        SchemaShape.Column.VectorKind.Vector => $"Vector<{(column.IsKey ? "Key" : column.ItemType)}>",
        SchemaShape.Column.VectorKind.VariableVector => $"Vector<{(column.IsKey ? "Key" : column.ItemType)}> of varying size",
        _ => column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!,
    };
}
