namespace Microsoft.ML.Data;

/// <summary>A view over the objects of a collection. It is read in its order, a list too.</summary>
internal sealed class EnumerableView<TRow> : IDataView
    where TRow : class
{
    private readonly IEnumerable<TRow> _rows;
    private readonly MemberReader<TRow>[] _readers;

    public EnumerableView(IEnumerable<TRow> rows, MemberColumn[] columns)
    {
        _rows = rows;
        _readers = [.. columns.Select(MemberReader<TRow>.Create)];
        Schema = MemberColumn.ToSchema(columns);
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => (_rows as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, ActiveColumns.Of(Schema, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly EnumerableView<TRow> _view;
        private readonly RowSource<TRow> _source = new();
        private readonly IEnumerator<TRow> _rows;

        public Cursor(EnumerableView<TRow> view, bool[] active) : base(view.Schema, active) => (_view, _rows) = (view, view._rows.GetEnumerator());

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            RequireActive(column);
            return _view._readers[column.Index].MakeGetter(_source) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        {
            RequireRow();
            value = new((ulong)Position, 0);
        };

        protected override bool MoveNextCore(long position)
        {
            bool moved = _rows.MoveNext();
            _source.Current = moved ? _rows.Current ?? throw new InvalidOperationException("Encountered null when iterating over data, this is not supported.") : null;
            return moved;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) { _rows.Dispose(); }
            base.Dispose(disposing);
        }
    }
}
