namespace Microsoft.ML.Data;

/// <summary>All rows in a random order: the same at every reading when a seed is given. Rows keep their ids.</summary>
internal sealed class ShuffledView(IDataView source, int? seed, Random random) : IDataView
{
    private readonly HeldRows _rows = new(source, keepIds: true);

    public bool CanShuffle => true;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        _rows.Open([.. columnsNeeded], rand ?? (seed is { } value ? new Random(value) : random));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
