using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Reads some rows ahead and scores them together. The source has then moved on, so the values of every active column, with position,
/// batch and id, are held until the consumer has passed their row.
/// </summary>
/// <remarks>
/// One pass over the source: its order, its shuffling and its ids need not repeat, which a second cursor running in lockstep would require.
/// Costs a copy of each active value, and at most <c>BatchSize − 1</c> rows read but not used. The network runs when the first score of a
/// batch is read, not before. The first batches are small (1, 2, 4, …), so that a consumer of a few rows (Preview, Take, First) does not pay
/// for a full one. Nothing is allocated for a row once the batches have their full size.
/// </remarks>
internal sealed class BatchCursor : DataViewRowCursor
{
    private readonly ScoreMapper _mapper;
    private readonly DataViewRowCursor _source;
    private readonly bool[] _active;
    private readonly HeldColumn?[] _held;
    private readonly HeldValues<DataViewRowId> _ids;
    private readonly RowReader[] _readers;
    private readonly RowRunner _runner;
    private long[] _positions = [];
    private long[] _batches = [];
    private int _limit;
    private int _count;
    private int _current = -1;
    private bool _sourceEnded;
    private bool _scored;

    public BatchCursor(ScoreMapper mapper, DataViewRowCursor source, bool[] active, int threads)
    {
        (_mapper, _source, _active) = (mapper, source, active);
        _held = [.. mapper.InputSchema.Select(column => active[column.Index] ? HeldColumn.Create(source, column) : null)];
        _ids = new(source.GetIdGetter());
        _readers = [.. mapper.Columns.Inputs.Select(input => RowReader.Open(source, mapper.InputSchema, input))];
        _runner = new(mapper.Columns, mapper.Columns.Network.Execution.BatchSize, threads);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => OnRow ? _positions[_current] : -1;

    public override long Batch => OnRow ? _batches[_current] : _source.Batch;

    private bool OnRow => (uint)_current < (uint)_count;

    public override bool MoveNext()
    {
        if (_current + 1 < _count)
        {
            _current++;
            return true;
        }
        ReadAhead();
        _current = 0;
        return _count > 0;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.GetGetter(CurrentRow);

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column)) { throw Errors.InactiveColumn(column.Name); }
        Delegate getter = _mapper.Appended(column.Index) is { } output ? output.MakeGetter(_runner, _mapper.Columns.Outputs.IndexOf(output), Score) : _held[column.Index]!.GetGetter(CurrentRow);
        return getter as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
    }

    private void ReadAhead()
    {
        (_count, _scored) = (0, false);
        Grow();
        while (_count < _limit && !_sourceEnded)
        {
            if (!_source.MoveNext())
            {
                _sourceEnded = true;
                break;
            }
            foreach (HeldColumn? column in _held) { column?.Store(_count); }
            _ids.Store(_count);
            (_positions[_count], _batches[_count]) = (_source.Position, _source.Batch);
            for (int i = 0; i < _readers.Length; i++) { _readers[i].Read(_runner.Input(i, _count)); }
            _count++;
        }
    }

    private void Grow()
    {
        int limit = Math.Clamp(_limit * 2, 1, _mapper.Columns.Network.Execution.BatchSize);
        if (limit == _limit) { return; }
        _limit = limit;
        foreach (HeldColumn? column in _held) { column?.Reserve(limit); }
        _ids.Reserve(limit);
        _runner.Reserve(limit);
        Array.Resize(ref _positions, limit);
        Array.Resize(ref _batches, limit);
    }

    private int Score()
    {
        int row = CurrentRow();
        if (!_scored)
        {
            _runner.Run(_count);
            _scored = true;
        }
        return row;
    }

    private int CurrentRow() => OnRow ? _current : throw Errors.NoCurrentRow();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _runner.Dispose();
            _source.Dispose();
        }
        base.Dispose(disposing);
    }
}
