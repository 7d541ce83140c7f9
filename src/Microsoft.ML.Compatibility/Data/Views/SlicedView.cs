namespace Microsoft.ML.Data;

/// <summary>The rows after the first <paramref name="skip"/>, at most <paramref name="take"/> of them. The order is the source's: it cannot be shuffled.</summary>
internal sealed class SlicedView(IDataView source, long skip, long? take) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount() is { } count ? Math.Min(Math.Max(count - skip, 0), take ?? long.MaxValue) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        DataViewRowCursor cursor = source.GetRowCursor(columnsNeeded);
        long skipped = 0, taken = 0;
        return new FilterCursor(cursor, () =>
        {
            if (taken == take || !cursor.MoveNext()) { return FilterCursor.Verdict.Stop; }
            if (skipped < skip)
            {
                skipped++;
                return FilterCursor.Verdict.Drop;
            }

            taken++;
            return FilterCursor.Verdict.Keep;
        });
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [GetRowCursor(columnsNeeded)];
}
