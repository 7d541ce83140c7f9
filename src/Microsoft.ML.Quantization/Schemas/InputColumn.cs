using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>A column that feeds an input of a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">What a row of the input is.</param>
/// <param name="Item">
/// The type of the column's items, once a schema said it; null before. A fitted transformer knows it, because what it saves depends on it.
/// </param>
internal sealed record InputColumn(string Name, RowValue Value, DataViewType? Item = null)
{
    /// <summary>How items become elements.</summary>
    public InputConversion Conversion => InputConversions.Find(Item!, Value.Type)!.Value;

    /// <summary>The same column with the type that <paramref name="schema"/> gives it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema has no such column, or one that the network cannot read.</exception>
    public InputColumn Bind(DataViewSchema schema) => this with { Item = ItemOf(Require(schema).Type) };

    /// <summary>The visible column of that name, checked to hold one row of the input.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema has no such column, or one that the network cannot read.</exception>
    public DataViewSchema.Column Require(DataViewSchema schema)
    {
        DataViewSchema.Column column = Columns.Require(schema, Name);
        bool sizeFits = column.Type is VectorDataViewType vector ? vector.Size == Value.Length : Value.Length == 1;
        return sizeFits && ItemFits(ItemOf(column.Type)) ? column : throw Errors.ColumnDoesNotFit(this, column.Type.ToString()!, column.Type is VectorDataViewType { IsKnownSize: false });
    }

    /// <summary>The column of that name, checked as far as a shape tells: it knows kind and item type, not the size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape has no such column, or one that the network cannot read.</exception>
    public void Require(SchemaShape shape)
    {
        SchemaShape.Column column = Columns.Require(shape, Name);
        DataViewType item = column.IsKey ? new KeyDataViewType(column.ItemType.RawType, 1) : column.ItemType;
        bool fits = ItemFits(item) && (column.Kind == SchemaShape.Column.VectorKind.Vector || (column.Kind == SchemaShape.Column.VectorKind.Scalar && Value.Length == 1));
        if (!fits) { throw Errors.ColumnDoesNotFit(this, Columns.Describe(column), column.Kind == SchemaShape.Column.VectorKind.VariableVector); }
    }

    /// <summary>As <c>Vector&lt;Single, 4&gt;</c>: what the column should be.</summary>
    public string Expected
    {
        get
        {
            string[] items = Item is null ? [.. InputConversions.Items(Value.Type)] : [InputConversions.Describe(Item)];
            string[] shapes = Value.Length == 1 ? ["{0}", "Vector<{0}, 1>"] : [$"Vector<{{0}}, {Value.Length}>"];
            return string.Join(" or ", items.SelectMany(item => shapes.Select(shape => string.Format(null, shape, item))));
        }
    }

    private static DataViewType ItemOf(DataViewType type) => type is VectorDataViewType vector ? vector.ItemType : type;

    private bool ItemFits(DataViewType item) => InputConversions.Find(item, Value.Type) is { } conversion
        && (Item is null || (Item.RawType == item.RawType && conversion == Conversion));
}
