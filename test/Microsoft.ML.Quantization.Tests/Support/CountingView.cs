using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Counts cursors and rows of the view it wraps, and can hide how many rows there are.</summary>
internal sealed class CountingView(IDataView source, bool knowsCount = true) : IDataView
{
    public int Cursors { get; private set; }

    public int RowsRead { get; private set; }

    public int ColumnsRead { get; private set; }

    /// <summary>Told the number of rows read after each row.</summary>
    public Action<int>? Read { get; init; }

    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => knowsCount ? source.GetRowCount() : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Cursors++;
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        ColumnsRead += columns.Length;
        return new Cursor(this, source.GetRowCursor(columns, rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        Cursors++;
        return [.. source.GetRowCursorSet(columnsNeeded, n, rand).Select(cursor => new Cursor(this, cursor))];
    }

    private sealed class Cursor(CountingView view, DataViewRowCursor cursor) : DataViewRowCursor
    {
        public override DataViewSchema Schema => cursor.Schema;

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override bool MoveNext()
        {
            bool moved = cursor.MoveNext();
            if (moved)
            {
                view.RowsRead++;
                view.Read?.Invoke(view.RowsRead);
            }
            return moved;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => cursor.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => cursor.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => cursor.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing) { cursor.Dispose(); }
            base.Dispose(disposing);
        }
    }
}
