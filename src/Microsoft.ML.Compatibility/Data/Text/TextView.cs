using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The rows of text files, read anew by every cursor. How many there are is not known before.</summary>
internal sealed class TextView(IHostEnvironment environment, TextFormat format, TextBindings bindings, IMultiStreamSource files) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => bindings.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(environment, format, bindings, files, ActiveColumns.Of(Schema, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly TextFormat _format;
        private readonly TextPipe[] _pipes;
        private readonly LineFields _fields;
        private readonly ParseReport _report;
        private readonly IEnumerator<TextLine> _lines;

        public Cursor(IHostEnvironment environment, TextFormat format, TextBindings bindings, IMultiStreamSource files, bool[] active) : base(bindings.Schema, active)
        {
            _format = format;
            _pipes = [.. bindings.Columns.Select((column, i) => active[i] ? TextPipe.Create(column, format) : null)];
            int lastField = bindings.Columns.Where((_, i) => active[i]).Select(column => column.LastField).DefaultIfEmpty(-1).Max();
            _report = new(environment);
            _fields = new(format, format.InputSize > 0 ? Math.Min(lastField, format.InputSize - 1) : lastField, _report);
            _lines = TextLines.Read(files, format).GetEnumerator();
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            RequireActive(column);
            return _pipes[column.Index].GetGetter(RequireRow) as ValueGetter<TValue> ?? throw Errors.WrongGetter(column, typeof(TValue));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        {
            RequireRow();
            value = new((ulong)Position, 0);
        };

        protected override bool MoveNextCore(long position)
        {
            try
            {
                if (!_lines.MoveNext()) { return false; }
                (string path, long number, string text) = _lines.Current;
                ReadOnlyMemory<char> line = text.AsMemory();
                int limit = _fields.Split(_format.Trim ? line.TrimEnd() : line, path, number);
                foreach (TextPipe pipe in _pipes) { pipe?.Parse(_fields, limit, number, _report); }
            }
            catch (Exception error) when (_format.Threads && error is InvalidOperationException or FormatException)
            {
                throw new FormatException($"Parsing failed with an exception: {error.Message}", error);
            }
            _report.Row();
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _lines.Dispose();
                _report.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
