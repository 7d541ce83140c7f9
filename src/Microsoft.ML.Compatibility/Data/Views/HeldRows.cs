namespace Microsoft.ML.Data;

/// <summary>Rows of a view, held column by column, and cursors over them in any order.</summary>
internal sealed class HeldRows(IDataView source, bool keepIds, Random sourceRandom = null)
{
    private const int BlockSize = 64;

    private readonly Lock _lock = new();
    private readonly HeldColumn[] _columns = new HeldColumn[source.Schema.Count];
    private List<DataViewRowId> _ids;
    private int _count = -1;

    public long? Count => _count < 0 ? null : _count;

    public DataViewRowCursor Open(DataViewSchema.Column[] columns, Random random, int pool = int.MaxValue)
    {
        Fill(columns);
        return new Cursor(this, ActiveColumns.Of(source.Schema, columns), random is null ? null : Permutation.Draw(random, _count, pool), 0, 1);
    }

    /// <summary>Cursors that share the rows: blocks of rows, dealt out in turn.</summary>
    public DataViewRowCursor[] OpenSet(DataViewSchema.Column[] columns, int n)
    {
        Fill(columns);
        bool[] active = ActiveColumns.Of(source.Schema, columns);
        int cursors = Math.Clamp((_count + BlockSize - 1) / BlockSize, 1, Math.Max(n, 1));
        return [.. Enumerable.Range(0, cursors).Select(first => new Cursor(this, active, null, first, cursors))];
    }

    public void Fill(DataViewSchema.Column[] columns)
    {
        lock (_lock)
        {
            DataViewSchema.Column[] missing = [.. columns.Where(column => _columns[column.Index] is null).DistinctBy(column => column.Index)];
            if (missing.Length > 0 || _count < 0) { Read(missing); }
        }
    }

    private void Read(DataViewSchema.Column[] missing)
    {
        using DataViewRowCursor cursor = source.GetRowCursor(missing, sourceRandom);
        HeldColumn[] held = [.. missing.Select(column => HeldColumn.Create(cursor, column))];
        ValueGetter<DataViewRowId> readId = cursor.GetIdGetter();
        var ids = new List<DataViewRowId>();
        DataViewRowId id = default;
        int count = 0;
        for (; cursor.MoveNext(); count++)
        {
            foreach (HeldColumn column in held) { column.Append(); }
            if (keepIds)
            {
                readId(ref id);
                ids.Add(id);
            }
        }

        for (int i = 0; i < held.Length; i++) { _columns[missing[i].Index] = held[i]; }
        (_count, _ids) = (count, ids);
    }

    private sealed class Cursor(HeldRows rows, bool[] active, int[] order, int first, int stride) : RootCursor(rows.Schema, active)
    {
        private int _row = -1;

        public override long Batch => stride == 1 || _row < 0 ? 0 : _row / BlockSize;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            RequireActive(column);
            return rows._columns[column.Index].GetGetter(Current) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        {
            int row = Current();
            value = rows._ids is { Count: > 0 } ids ? ids[row] : new((ulong)row, 0);
        };

        protected override bool MoveNextCore(long position)
        {
            long block = position / BlockSize;
            long next = (((block * stride) + first) * BlockSize) + (position % BlockSize);
            _row = next >= rows._count ? -1 : order is null ? (int)next : order[next];
            return _row >= 0;
        }

        private int Current()
        {
            RequireRow();
            return _row;
        }
    }

    private DataViewSchema Schema => source.Schema;
}
