namespace Microsoft.ML.Data;

/// <summary>A view over the objects of a collection. A list can be shuffled; another sequence is read in order.</summary>
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

    public bool CanShuffle => _rows is IList<TRow>;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => (_rows as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, ActiveColumns.Of(Schema, columnsNeeded), rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly EnumerableView<TRow> _view;
        private readonly RowSource<TRow> _source = new();
        private readonly int[] _order;
        private readonly IEnumerator<TRow> _rows;

        public Cursor(EnumerableView<TRow> view, bool[] active, Random rand) : base(view.Schema, active)
        {
            _view = view;
            if (rand is not null && view._rows is IList<TRow> list) { _order = Permutation.Draw(rand, list.Count); }
            else { _rows = view._rows.GetEnumerator(); }
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            RequireActive(column);
            return _view._readers[column.Index].MakeGetter(_source) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        {
            RequireRow();
            value = new(_order is null ? (ulong)Position : (ulong)_order[Position], 0);
        };

        protected override bool MoveNextCore(long position)
        {
            bool moved = _order is null ? _rows.MoveNext() : position < _order.Length;
            _source.Current = !moved ? null : _order is null ? _rows.Current : ((IList<TRow>)_view._rows)[_order[position]];
            return moved;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) { _rows?.Dispose(); }
            base.Dispose(disposing);
        }
    }
}
