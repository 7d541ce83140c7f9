namespace Microsoft.ML.Data;

/// <summary>A cursor over some rows of another. It counts its own positions.</summary>
internal sealed class FilterCursor(DataViewRowCursor input, Func<FilterCursor.Verdict> judge) : LinkedCursor(input)
{
    private long _position = -1;
    private bool _done;

    /// <summary>What becomes of the row that the input has moved to, or is about to move to.</summary>
    public enum Verdict
    {
        Keep,
        Drop,
        Stop,
    }

    public override long Position => _position;

    public override bool MoveNext()
    {
        while (!_done && judge() is Verdict verdict && verdict != Verdict.Stop)
        {
            if (verdict == Verdict.Keep)
            {
                _position++;
                return true;
            }
        }

        (_done, _position) = (true, -1);
        return false;
    }
}
