using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Finding columns, with ML.NET's own errors for missing ones.</summary>
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

    /// <summary>How many columns have that name, hidden ones included. A step that replaces a column leaves the old one hidden beside it.</summary>
    public static int Generation(DataViewSchema schema, string name) => schema.Count(column => column.Name == name);

    /// <summary>The type of a shape's column, in the words of a schema.</summary>
    public static string Describe(SchemaShape.Column column)
    {
        string item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind == SchemaShape.Column.VectorKind.Scalar ? item : $"Vector<{item}>";
    }
}
