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
        return Open(source.GetRowCursor(mapper.GetDependencies(columns), rand), columns, mapper.Columns.Network.Execution.RowThreads);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        DataViewRowCursor[] cursors = source.GetRowCursorSet(mapper.GetDependencies(columns), n, rand);
        // The consumers work side by side already.
        int threads = Math.Max(1, mapper.Columns.Network.Execution.RowThreads / Math.Max(1, cursors.Length));
        return [.. cursors.Select(cursor => Open(cursor, columns, threads))];
    }

    private DataViewRowCursor Open(DataViewRowCursor cursor, DataViewSchema.Column[] columns, int threads)
    {
        bool[] active = mapper.Activate(columns);
        bool readAhead = mapper.Scores(active) && mapper.Columns.Network.Execution.BatchSize > 1 && columns.All(HeldColumn.CanHold);
        return readAhead ? new BatchCursor(mapper, cursor, active, threads) : new ScoreRowCursor(cursor, new ScoreRow(mapper, cursor, active));
    }
}
