namespace Microsoft.ML.Data;

/// <summary>
/// The rows that pass a test, which reads the columns it names beside those the consumer asks for. A test that depends on the order of
/// the rows sees them in one cursor, unshuffled.
/// </summary>
internal sealed class FilteredView(IDataView source, DataViewSchema.Column[] tested, Func<DataViewRow, Func<bool>> bind, bool inOrder = false) : IDataView
{
    public bool CanShuffle => !inOrder && source.CanShuffle;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        Filter(source.GetRowCursor(Needed(columnsNeeded), inOrder ? null : rand));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        inOrder ? [GetRowCursor(columnsNeeded)] : [.. source.GetRowCursorSet(Needed(columnsNeeded), n, rand).Select(Filter)];

    private IEnumerable<DataViewSchema.Column> Needed(IEnumerable<DataViewSchema.Column> columns) => columns.Concat(tested).DistinctBy(column => column.Index);

    private DataViewRowCursor Filter(DataViewRowCursor cursor)
    {
        Func<bool> passes = bind(cursor);
        return new FilterCursor(cursor, () =>
            !cursor.MoveNext() ? FilterCursor.Verdict.Stop : passes() ? FilterCursor.Verdict.Keep : FilterCursor.Verdict.Drop);
    }
}
