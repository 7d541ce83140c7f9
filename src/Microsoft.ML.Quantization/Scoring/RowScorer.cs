using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Scores the current row of a source whenever its score is asked for and the source has moved since.</summary>
internal sealed class RowScorer(ScoreMapper mapper, DataViewRow source) : IDisposable
{
    private readonly RowReader[] _readers = [.. mapper.Sources.Select(column => new RowReader(source, column))];
    private readonly RowRunner _runner = new(mapper.Columns.Network);
    private long _scored = long.MinValue;

    /// <summary>A getter of one appended column.</summary>
    public ValueGetter<VBuffer<float>> GetGetter(ScoreOutput output)
    {
        _runner.Reserve(1);
        return (ref VBuffer<float> score) =>
        {
            if (_scored != source.Position)
            {
                for (int i = 0; i < _readers.Length; i++) { _readers[i].Read(_runner.Input(i, 0)); }
                _runner.Run(1);
                _scored = source.Position;
            }
            VBufferEditor<float> editor = VBufferEditor.Create(ref score, output.Value.Length);
            _runner.Output(output.Output, 0).CopyTo(editor.Values);
            score = editor.Commit();
        };
    }

    public void Dispose() => _runner.Dispose();
}
