using System.Collections.Immutable;
using System.Globalization;

namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>
/// The text of a <c>.npy</c> header, a Python dictionary with exactly the keys <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.
/// Read by a grammar of just that, never evaluated.
/// </summary>
internal ref struct NpyHeaderText
{
    private const int MostAxes = 64;

    private ReadOnlySpan<char> _rest;

    private NpyHeaderText(ReadOnlySpan<char> text) => _rest = text;

    /// <summary>Reads the header.</summary>
    /// <exception cref="QuantizationException">The text is anything else; the message goes on after the array's name.</exception>
    public static NpyHeader Parse(string text)
    {
        var parser = new NpyHeaderText(text);
        return parser.Dictionary();
    }

    private NpyHeader Dictionary()
    {
        string? descriptor = null;
        bool? fortran = null;
        ImmutableArray<long>? sizes = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Text();
            Expect(':');
            switch (key)
            {
                case "descr" when descriptor is null: descriptor = Descriptor(); break;
                case "fortran_order" when fortran is null: fortran = Truth(); break;
                case "shape" when sizes is null: sizes = Tuple(); break;
                default: throw Malformed($"has the key '{key}' where descr, fortran_order and shape are expected once each");
            }
            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }
        if (!_rest.IsWhiteSpace()) { throw Malformed("goes on after its end"); }
        if (descriptor is null || fortran is null || sizes is null) { throw Malformed("lacks one of descr, fortran_order, shape"); }
        return new NpyHeader(NpyType.Parse(descriptor), fortran.Value, sizes.Value);
    }

    private string Descriptor()
    {
        SkipSpace();
        return _rest is ['[', ..]
            ? throw new QuantizationException("is a structured array; save each of its fields as an array of its own")
            : Text();
    }

    private bool Truth()
    {
        SkipSpace();
        foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (_rest.StartsWith(word, StringComparison.Ordinal))
            {
                _rest = _rest[word.Length..];
                return value;
            }
        }
        throw Malformed("gives fortran_order neither True nor False");
    }

    private ImmutableArray<long> Tuple()
    {
        ImmutableArray<long>.Builder sizes = ImmutableArray.CreateBuilder<long>();
        Expect('(');
        while (!Accept(')'))
        {
            sizes.Add(Number());
            if (sizes.Count > MostAxes) { throw Malformed($"has more than {MostAxes} axes"); }
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }
        return sizes.ToImmutable();
    }

    private long Number()
    {
        SkipSpace();
        int length = 0;
        while (length < _rest.Length && char.IsAsciiDigit(_rest[length])) { length++; }
        if (!long.TryParse(_rest[..length], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            throw Malformed("has an axis that is not a whole number from 0");
        }
        _rest = _rest[length..];
        return number;
    }

    private string Text()
    {
        SkipSpace();
        if (_rest is not (['\'' or '"', ..])) { throw Malformed("lacks a quoted text where one is expected"); }
        int end = _rest[1..].IndexOf(_rest[0]);
        if (end < 0) { throw Malformed("has a text without its closing quote"); }
        string text = _rest.Slice(1, end).ToString();
        _rest = _rest[(end + 2)..];
        return text;
    }

    private bool Accept(char mark)
    {
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] != mark) { return false; }
        _rest = _rest[1..];
        return true;
    }

    private void Expect(char mark)
    {
        if (!Accept(mark)) { throw Malformed($"lacks '{mark}'"); }
    }

    private void SkipSpace() => _rest = _rest.TrimStart();

    private static QuantizationException Malformed(string what) => new($"has a malformed .npy header: it {what}; expected what numpy.save writes");
}
