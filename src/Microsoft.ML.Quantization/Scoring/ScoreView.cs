using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>The source view and the scored columns. Lazy: opening it does nothing, and an unused score costs nothing.</summary>
internal sealed class ScoreView(IDataView source, ScoreMapper mapper) : IDataView
{
    public DataViewSchema Schema => mapper.OutputSchema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return Open(source.GetRowCursor(mapper.GetDependencies(columns), rand), columns);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return [.. source.GetRowCursorSet(mapper.GetDependencies(columns), n, rand).Select(cursor => Open(cursor, columns))];
    }

    private DataViewRowCursor Open(DataViewRowCursor cursor, DataViewSchema.Column[] columns)
    {
        bool[] active = mapper.Activate(columns);
        bool readAhead = mapper.Scores(active) && mapper.Columns.BatchSize > 1 && !mapper.Columns.Network.OneRow && columns.All(HeldColumn.CanHold);
        return readAhead ? new BatchCursor(mapper, cursor, active) : new ScoreRowCursor(cursor, new ScoreRow(mapper, cursor, active));
    }
}
