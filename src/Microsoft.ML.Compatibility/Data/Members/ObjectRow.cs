namespace Microsoft.ML.Data;

/// <summary>A row that is one object, exchanged from prediction to prediction.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly RowSource<TRow> _source = new();
    private readonly MemberReader<TRow>[] _readers;
    private long _position = -1;

    public ObjectRow(SchemaDefinition definition)
    {
        MemberColumn[] columns = MemberColumn.Bind(typeof(TRow), definition ?? SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read));
        _readers = [.. columns.Select(MemberReader<TRow>.Create)];
        Schema = MemberColumn.ToSchema(columns);
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Set(TRow row)
    {
        _source.Current = row;
        _position++;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)_position, 0);

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < Schema.Count;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        _readers[column.Index].MakeGetter(_source) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
}
