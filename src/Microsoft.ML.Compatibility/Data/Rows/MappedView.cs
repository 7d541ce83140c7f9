namespace Microsoft.ML.Data;

/// <summary>A view through a <see cref="RowMapping"/>: lazy, row by row.</summary>
internal sealed class MappedView(IDataView source, RowMapping mapping) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapping.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        bool[] active = mapping.Activate(columnsNeeded);
        return new Cursor(mapping, source.GetRowCursor(Needed(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        bool[] active = mapping.Activate(columnsNeeded);
        return [.. source.GetRowCursorSet(Needed(active), n, rand).Select(cursor => new Cursor(mapping, cursor, active))];
    }

    private IEnumerable<DataViewSchema.Column> Needed(bool[] active) => mapping.GetDependencies(Schema.Where(column => active[column.Index]));

    private sealed class Cursor(RowMapping mapping, DataViewRowCursor input, bool[] active) : LinkedCursor(input)
    {
        public override DataViewSchema Schema => mapping.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ActiveColumns.Require(active, column);
            return mapping.GetGetter<TValue>(Input, column);
        }
    }
}
