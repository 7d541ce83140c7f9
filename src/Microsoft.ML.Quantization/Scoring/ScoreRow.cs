using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>One row: the input's values, and the scores computed when they are asked for. Owns the input row.</summary>
internal sealed class ScoreRow(ScoreMapper mapper, DataViewRow input, bool[] active) : DataViewRow
{
    private RowScorer? _scorer;

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column)) { throw Errors.InactiveColumn(column.Name); }
        if (mapper.Appended(column.Index) is not { } output) { return input.GetGetter<TValue>(mapper.InputSchema[column.Index]); }
        _scorer ??= new(mapper, input);
        return _scorer.GetGetter(output) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _scorer?.Dispose();
            input.Dispose();
        }
        base.Dispose(disposing);
    }
}
