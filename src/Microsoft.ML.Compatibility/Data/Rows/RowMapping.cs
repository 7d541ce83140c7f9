namespace Microsoft.ML.Data;

/// <summary>The built-in mapper: every row-to-row transformer of this assembly is a list of columns bound to a schema.</summary>
internal sealed class RowMapping : IRowToRowMapper
{
    private readonly IReadOnlyList<MappedColumn> _columns;

    public RowMapping(DataViewSchema input, IReadOnlyList<MappedColumn> columns)
    {
        (InputSchema, _columns) = (input, columns);
        var schema = new DataViewSchema.Builder();
        foreach (MappedColumn column in columns) { schema.AddColumn(column.Name, column.Type, column.Annotations); }
        OutputSchema = schema.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The input's columns and more. A replacement goes beside the column that it hides, a new name to the end.</summary>
    public static RowMapping Append(DataViewSchema input, IEnumerable<MappedColumn> added)
    {
        List<MappedColumn> columns = [.. input.Select(column => MappedColumn.PassThrough(column))];
        foreach (MappedColumn column in added)
        {
            int hidden = columns.FindLastIndex(other => other.Name == column.Name);
            columns.Insert(hidden < 0 ? columns.Count : hidden + 1, column);
        }

        return new(input, columns);
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        HashSet<int> wanted = [.. dependingColumns.SelectMany(column => _columns[column.Index].Inputs)];
        return InputSchema.Where(column => wanted.Contains(column.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new MappedRow(this, input, Activate(activeColumns));

    public bool[] Activate(IEnumerable<DataViewSchema.Column> columns) => ActiveColumns.Of(OutputSchema, columns);

    public ValueGetter<TValue> GetGetter<TValue>(DataViewRow input, DataViewSchema.Column column)
    {
        MappedColumn mapped = _columns[column.Index];
        return mapped.MakeGetter is null
            ? input.GetGetter<TValue>(InputSchema[mapped.Inputs[0]])
            : mapped.MakeGetter(input) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
    }
}
