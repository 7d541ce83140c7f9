namespace Microsoft.ML.Data;

/// <summary>One row through a <see cref="RowMapping"/>. Owns the input row.</summary>
internal sealed class MappedRow(RowMapping mapping, DataViewRow input, bool[] active) : DataViewRow
{
    public override DataViewSchema Schema => mapping.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        ActiveColumns.Require(active, column);
        return mapping.GetGetter<TValue>(input, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) { input.Dispose(); }
        base.Dispose(disposing);
    }
}
