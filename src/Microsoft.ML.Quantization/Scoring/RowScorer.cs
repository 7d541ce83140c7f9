using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Scores the current row of a source whenever its score is asked for and the source has moved since.</summary>
internal sealed class RowScorer(ScoreMapper mapper, DataViewRow source) : IDisposable
{
    private readonly RowReader[] _readers = [.. mapper.Columns.Inputs.Select(input => RowReader.Open(source, mapper.InputSchema, input))];
    private readonly RowRunner _runner = new(mapper.Columns, batchSize: 1, threads: 1);
    private long _scored = long.MinValue;

    /// <summary>A getter of one appended column.</summary>
    public Delegate GetGetter(ScoreOutput output)
    {
        _runner.Reserve(1);
        return output.MakeGetter(_runner, mapper.Columns.Outputs.IndexOf(output), Score);
    }

    public void Dispose() => _runner.Dispose();

    private int Score()
    {
        if (_scored != source.Position)
        {
            for (int i = 0; i < _readers.Length; i++) { _readers[i].Read(_runner.Input(i, 0)); }
            _runner.Run(1);
            _scored = source.Position;
        }
        return 0;
    }
}
