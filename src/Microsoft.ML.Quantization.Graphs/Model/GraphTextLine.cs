using System.Globalization;
using System.Text;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One line of <see cref="GraphText"/>, read from left to right.</summary>
internal sealed class GraphTextLine(string text, int number)
{
    private int _position;

    /// <summary>Counted from 1.</summary>
    public int Number => number;

    /// <summary>Whether a character needs no quotes in a name.</summary>
    public static bool IsBare(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '$' or '-';

    /// <summary>Whether nothing but a comment is left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _position == text.Length || text[_position] == '#';
        }
    }

    /// <summary>The refusal to throw.</summary>
    public QuantizationException Wrong(string reason) => new($"Graph text, line {number}: {reason}.");

    /// <summary>Takes a sign if it comes next.</summary>
    public bool TryTake(char sign)
    {
        SkipSpace();
        if (_position == text.Length || text[_position] != sign) { return false; }
        _position++;
        return true;
    }

    /// <summary>Takes a sign.</summary>
    public void Take(char sign)
    {
        if (!TryTake(sign)) { throw Wrong($"expected '{sign}' at column {_position + 1}, found {Found()}"); }
    }

    /// <summary>Takes a bare word if it is this one.</summary>
    public bool TryTakeWord(string word)
    {
        SkipSpace();
        int start = _position;
        if (Bare() == word) { return true; }
        _position = start;
        return false;
    }

    /// <summary>Takes a bare word of at least one character.</summary>
    public string Word(string meaning)
    {
        SkipSpace();
        string word = Bare();
        return word.Length > 0 ? word : throw Wrong($"expected {meaning} at column {_position + 1}, found {Found()}");
    }

    /// <summary>Takes a bare or quoted name.</summary>
    public string Name(string meaning) => IsQuoted ? Quoted() : Word(meaning);

    /// <summary>Whether a quotation mark comes next.</summary>
    public bool IsQuoted
    {
        get
        {
            SkipSpace();
            return _position < text.Length && text[_position] == '"';
        }
    }

    /// <summary>Takes a whole number.</summary>
    public long Integer(string meaning)
    {
        string word = Word(meaning);
        return long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw Wrong($"expected {meaning}, found '{word}'");
    }

    /// <summary>Takes a number's text: a bare word that may hold a plus sign.</summary>
    public string NumberText()
    {
        SkipSpace();
        int start = _position;
        while (_position < text.Length && (IsBare(text[_position]) || text[_position] == '+')) { _position++; }
        return _position > start ? text[start.._position] : throw Wrong($"expected a number at column {_position + 1}, found {Found()}");
    }

    /// <summary>Takes a quoted text.</summary>
    public string Quoted()
    {
        Take('"');
        var value = new StringBuilder();
        while (_position < text.Length)
        {
            char c = text[_position++];
            if (c == '"') { return value.ToString(); }
            value.Append(c == '\\' ? Escape() : c);
        }
        throw Wrong("a quotation mark is not closed");
    }

    private char Escape()
    {
        char c = _position < text.Length ? text[_position++] : '\0';
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u' when _position + 4 <= text.Length && ushort.TryParse(text.AsSpan(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                _position += 4;
                return (char)code;
            default: throw Wrong($"'\\{c}' is not an escape; expected one of JSON's");
        }
    }

    private string Bare()
    {
        int start = _position;
        while (_position < text.Length && IsBare(text[_position])) { _position++; }
        return text[start.._position];
    }

    private string Found() => _position < text.Length ? $"'{text[_position]}'" : "the end of the line";

    private void SkipSpace()
    {
        while (_position < text.Length && text[_position] is ' ' or '\t' or '\r') { _position++; }
    }
}
