namespace Microsoft.ML.Data;

/// <summary>Holds in memory what has been read. A column is read when it is first asked for. A cache makes its own row ids.</summary>
internal sealed class CachedView : IDataView
{
    private readonly IDataView _source;
    private readonly HeldRows _rows;

    public CachedView(IDataView source, DataViewSchema.Column[] prefetch)
    {
        (_source, _rows) = (source, new(source, keepIds: false));
        if (prefetch.Length > 0) { _rows.Fill(prefetch); }
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => _rows.Count ?? _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) => _rows.Open([.. columnsNeeded], rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        rand is null ? _rows.OpenSet([.. columnsNeeded], n) : [GetRowCursor(columnsNeeded, rand)];
}
