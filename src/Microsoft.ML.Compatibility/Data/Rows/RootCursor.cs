namespace Microsoft.ML.Data;

/// <summary>A cursor that has rows of its own.</summary>
internal abstract class RootCursor(DataViewSchema schema, bool[] active) : DataViewRowCursor
{
    private long _position = -1;
    private bool _done;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    public override bool MoveNext()
    {
        if (!_done && MoveNextCore(_position + 1))
        {
            _position++;
            return true;
        }

        (_done, _position) = (true, -1);
        return false;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    protected override void Dispose(bool disposing)
    {
        (_done, _position) = (true, -1);
        base.Dispose(disposing);
    }

    protected abstract bool MoveNextCore(long position);

    protected void RequireRow()
    {
        if (_position < 0) { throw new InvalidOperationException(
            "Values cannot be fetched at this time. This method was called either before the first call to MoveNext, or at any point after that method returned false."); }
    }

    protected void RequireActive(DataViewSchema.Column column) => ActiveColumns.Require(active, column);
}
