namespace Microsoft.ML.Data;

/// <summary>The object that is the current row, shared by a cursor and its getters.</summary>
internal sealed class RowSource<TRow>
    where TRow : class
{
    private TRow _current;

    public TRow Current
    {
        get => _current ?? throw new InvalidOperationException("Cannot call a getter: the cursor is not on a row. Call MoveNext first.");
        set => _current = value;
    }
}
