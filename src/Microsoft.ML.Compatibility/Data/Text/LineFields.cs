using System.Text;

namespace Microsoft.ML.Data;

/// <summary>
/// The fields of one line that are not empty, by number. A sparse line ends in pairs number:value, before which, unless the
/// format says it, stands how many fields the pairs are of.
/// </summary>
internal sealed class LineFields(TextFormat format, int lastField, ParseReport report)
{
    private const string NoSize = "Missing dimensionality or ambiguous sparse item. Use sparse=- for non-sparse file, and/or quote the value.";

    private readonly List<int> _numbers = [];
    private readonly List<ReadOnlyMemory<char>> _texts = [];
    private readonly StringBuilder _unquoted = new();
    private ReadOnlyMemory<char> _line;
    private ReadOnlyMemory<char> _text;
    private int _sparseNumber;
    private int _position;
    private int _start;
    private int _end;
    private bool _badQuotes;
    private string _path;
    private long _lineNumber;

    public int Count => _numbers.Count;

    public int Number(int index) => _numbers[index];

    public ReadOnlyMemory<char> Text(int index) => _texts[index];

    /// <summary>The place of the first field whose number is not below <paramref name="number"/>.</summary>
    public int Find(int number)
    {
        int found = _numbers.BinarySearch(number);
        return found < 0 ? ~found : found;
    }

    public ReadOnlyMemory<char> At(int number) => Find(number) is var index && index < Count && _numbers[index] == number ? _texts[index] : default;

    /// <summary>Cuts a line; returns how many fields it has, as far as it was read.</summary>
    public int Split(ReadOnlyMemory<char> line, string path, long lineNumber)
    {
        _numbers.Clear();
        _texts.Clear();
        (_line, _position, _path, _lineNumber) = (line, 0, path, lineNumber);
        return format.Sparse ? SplitSparse() : SplitDense();
    }

    private int SplitDense()
    {
        for (int number = 0; ; number++)
        {
            bool more = Fetch();
            if (!_text.IsEmpty || format.MissingRealsAsNaNs) { Add(number); }
            if (!more || number >= lastField) { return number + 1; }
        }
    }

    private int SplitSparse()
    {
        int number = 0, previous = -1, dense = -1, size = format.InputSize, last = lastField;
        for (bool more = true; more;)
        {
            more = Fetch();
            if (_sparseNumber < 0)
            {
                if (dense >= 0)
                {
                    Report("Non-sparse formatted value follows sparse formatted value");
                    break;
                }
                if (!_text.IsEmpty) { Add(number); }
                if (number++ > last) { break; }
                continue;
            }
            if (dense < 0 && !BeginSparse(number, ref size, ref last, out dense)) { break; }
            if (_sparseNumber >= size - dense)
            {
                Report("Sparse item index larger than expected. Is the specified size incorrect?");
                break;
            }
            if (_sparseNumber > last - dense + 1) { break; }
            if (previous >= _sparseNumber)
            {
                Report("Sparse indices out of order");
                break;
            }
            previous = _sparseNumber;
            if (!_text.IsEmpty) { Add(dense + _sparseNumber); }
        }
        return dense < 0 ? Math.Max(number, size) : size;
    }

    private bool BeginSparse(int number, ref int size, ref int last, out int dense)
    {
        dense = Count;
        if (size > 0) { return true; }
        dense = -1;
        if (Count == 0 || _numbers[^1] != number - 1)
        {
            Report(NoSize);
            return false;
        }
        if (!int.TryParse(_texts[^1].Span, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int pairs) || pairs <= 0)
        {
            Report("Bad dimensionality or ambiguous sparse item. Use sparse=- for non-sparse file, and/or quote the value.");
            return false;
        }
        dense = _numbers[^1];
        _numbers.RemoveAt(Count - 1);
        _texts.RemoveAt(_texts.Count - 1);
        size = dense + Math.Min(pairs, int.MaxValue - dense - 1);
        last = Math.Min(last, size - 1);
        return true;
    }

    private void Add(int number)
    {
        _numbers.Add(number);
        _texts.Add(_text);
    }

    /// <summary>Reads one field; false after the last one of the line.</summary>
    private bool Fetch()
    {
        ReadOnlySpan<char> line = _line.Span;
        (_text, _sparseNumber, _badQuotes) = (default, -1, false);
        SkipSpaces(line);
        _start = _position;
        if (format.Sparse) { FetchNumber(line); }
        _end = _position;
        if (_position >= line.Length) { return false; }
        if (format.Quoting && line[_position] == '"')
        {
            FetchQuoted(line);
            _end = _position;
            if (_badQuotes) { Report("Illegal quoting"); }
        }
        else
        {
            int length = line[_position..].IndexOfAny(format.Separators);
            length = length < 0 ? line.Length - _position : length;
            _text = _line.Slice(_position, length);
            _position += length;
            _end = _position;
        }
        return _position++ < line.Length;
    }

    private void FetchNumber(ReadOnlySpan<char> line)
    {
        int end = _position;
        while (end < line.Length && end < _position + 9 && char.IsAsciiDigit(line[end])) { end++; }
        if (end == _position || end >= line.Length || line[end] != ':') { return; }
        _sparseNumber = int.Parse(line[_position..end], System.Globalization.CultureInfo.InvariantCulture);
        _position = end + 1;
        SkipSpaces(line);
    }

    private void FetchQuoted(ReadOnlySpan<char> line)
    {
        _unquoted.Clear();
        bool closed = false;
        for (_position++; _position < line.Length && !closed; _position++)
        {
            char letter = line[_position];
            bool quoteFollows = _position + 1 < line.Length && line[_position + 1] == '"';
            if (letter == format.Escape && quoteFollows)
            {
                _unquoted.Append('"');
                _position++;
            }
            else if (letter == '"') { closed = true; }
            else if (letter == format.Escape && _position + 1 < line.Length)
            {
                // Any other escaped letter stays, and so does what escapes it.
                _unquoted.Append(letter).Append(line[++_position]);
            }
            else { _unquoted.Append(letter); }
        }
        _badQuotes = !closed;
        for (; _position < line.Length && !format.Separators.Contains(line[_position]); _position++) { _badQuotes |= line[_position] != ' '; }
        _text = _badQuotes ? default : _unquoted.ToString().AsMemory();
    }

    private void SkipSpaces(ReadOnlySpan<char> line)
    {
        if (format.SeparatedBySpace) { return; }
        while (_position < line.Length && line[_position] == ' ') { _position++; }
    }

    private void Report(string message) => report?.BadFormat(_path, _lineNumber, _start + 1, _end + 1, message);
}
