namespace Microsoft.ML.Data;

/// <summary>Turns the fields of a line into the value of one column and holds it.</summary>
internal abstract class TextPipe
{
    public static TextPipe Create(TextColumn column, TextFormat format)
    {
        Type kind = column.Type is VectorDataViewType ? typeof(Vector<>) : typeof(Scalar<>);
        return (TextPipe)Activator.CreateInstance(kind.MakeGenericType(column.Item.RawType), column, format);
    }

    /// <param name="limit">How many fields the line has.</param>
    public abstract void Parse(LineFields fields, int limit, long line, ParseReport report);

    public abstract Delegate GetGetter(Action requireRow);

    // Only real numbers and keys have a value that means missing.
    private static bool HasMissing(TextColumn column) => column.Item is KeyDataViewType || IsReal(column);

    private static bool IsReal(TextColumn column) => column.Item.RawType == typeof(float) || column.Item.RawType == typeof(double);

    private sealed class Scalar<T>(TextColumn column, TextFormat format) : TextPipe
    {
        private readonly TextParser<T> _parse = TextParsers.For<T>(column.Item, format.DecimalMarker, format.MissingRealsAsNaNs);
        private readonly int _field = column.Segments[0].Min;
        private T _value;

        public override void Parse(LineFields fields, int limit, long line, ParseReport report)
        {
            int index = fields.Find(_field);
            bool present = index < fields.Count && fields.Number(index) == _field;
            if (!present && !(format.MissingRealsAsNaNs && IsReal(column)))
            {
                _value = default;
                return;
            }
            ReadOnlyMemory<char> text = present ? fields.Text(index) : default;
            if (_parse(text, out _value)) { return; }
            if (!HasMissing(column)) { throw new InvalidOperationException($"Could not parse value {text} in line {line}, column {column.Name}"); }
            report.BadValue(line, column.Name, null);
        }

        public override Delegate GetGetter(Action requireRow) => (ValueGetter<T>)((ref T value) =>
        {
            requireRow();
            value = _value;
        });
    }

    private sealed class Vector<T>(TextColumn column, TextFormat format) : TextPipe
    {
        private readonly TextParser<T> _parse = TextParsers.For<T>(column.Item, format.DecimalMarker, format.MissingRealsAsNaNs);
        private readonly List<T> _values = [];
        private readonly List<int> _slots = [];
        private int _size;

        public override void Parse(LineFields fields, int limit, long line, ParseReport report)
        {
            _values.Clear();
            _slots.Clear();
            int offset = 0;
            foreach (TextSegment segment in column.Segments)
            {
                int end = segment.IsVariable ? Math.Max(limit, segment.Min) : segment.Limit;
                int index = fields.Find(segment.Min);
                for (; index < fields.Count && fields.Number(index) < end; index++)
                {
                    Add(offset + fields.Number(index) - segment.Min, fields.Text(index), line, report);
                }
                // Fields that the line is too short for.
                for (int field = Math.Max(segment.Min, limit); format.MissingRealsAsNaNs && IsReal(column) && field < end; field++)
                {
                    Add(offset + field - segment.Min, default, line, report);
                }
                offset += end - segment.Min;
            }
            _size = offset;
        }

        public override Delegate GetGetter(Action requireRow) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            requireRow();
            bool isSparse = _values.Count <= _size / 2 && _values.Count < _size;
            VBufferEditor<T> editor = isSparse ? VBufferEditor.Create(ref value, _size, _values.Count) : VBufferEditor.Create(ref value, _size);
            if (!isSparse) { editor.Values.Clear(); }
            for (int i = 0; i < _values.Count; i++)
            {
                editor.Values[isSparse ? i : _slots[i]] = _values[i];
                if (isSparse) { editor.Indices[i] = _slots[i]; }
            }
            value = editor.Commit();
        });

        private void Add(int slot, ReadOnlyMemory<char> text, long line, ParseReport report)
        {
            if (!_parse(text, out T value))
            {
                if (!HasMissing(column)) { throw new InvalidOperationException($"Could not parse value {text} in slot {slot} of column {column.Name} in line {line}"); }
                report.BadValue(line, column.Name, slot);
            }
            _values.Add(value);
            _slots.Add(slot);
        }
    }
}
