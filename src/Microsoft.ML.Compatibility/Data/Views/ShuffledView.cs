namespace Microsoft.ML.Data;

/// <summary>
/// All rows in the order that the seed draws, the same at every reading: each from the next <paramref name="pool"/> rows of the source,
/// which is itself shuffled where it can be and <paramref name="shuffleSource"/> asks for it. Rows keep their ids.
/// </summary>
internal sealed class ShuffledView(IDataView source, int seed, int pool, bool shuffleSource) : IDataView
{
    private readonly HeldRows _rows = new(source, keepIds: true);

    public bool CanShuffle => true;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        rand ??= new HybridTausworthe((uint)seed);
        HybridTausworthe sourceRandom = shuffleSource ? new(rand) : null;
        HeldRows rows = shuffleSource && source.CanShuffle ? new(source, keepIds: true, sourceRandom) : _rows;
        return rows.Open([.. columnsNeeded], rand, pool);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
