using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Row by row: nothing is read ahead. Used when no score is asked for, or when a value cannot be held back.</summary>
internal sealed class ScoreRowCursor(DataViewRowCursor source, ScoreRow row) : DataViewRowCursor
{
    public override DataViewSchema Schema => row.Schema;

    public override long Position => row.Position;

    public override long Batch => row.Batch;

    public override bool MoveNext() => source.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => row.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing) { row.Dispose(); }
        base.Dispose(disposing);
    }
}
