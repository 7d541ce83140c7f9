using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>What counts as the text of a value, type by type, as ML.NET has it.</summary>
internal static class TextParsers
{
    private const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static TextParser<T> For<T>(PrimitiveDataViewType type, char decimalMarker = '.', bool emptyIsNaN = false)
    {
        Delegate parser = type switch
        {
            KeyDataViewType key => MakeKey(key),
            _ when type.RawType == typeof(float) => new TextParser<float>((text, out value) => TryReal(text.Span, decimalMarker, emptyIsNaN, out value)),
            _ when type.RawType == typeof(double) => new TextParser<double>((text, out value) => TryReal(text.Span, decimalMarker, emptyIsNaN, out value)),
            _ when type.RawType == typeof(sbyte) => new TextParser<sbyte>(TrySigned),
            _ when type.RawType == typeof(short) => new TextParser<short>(TrySigned),
            _ when type.RawType == typeof(int) => new TextParser<int>(TrySigned),
            _ when type.RawType == typeof(long) => new TextParser<long>(TrySigned),
            _ when type.RawType == typeof(byte) => new TextParser<byte>(TryUnsigned),
            _ when type.RawType == typeof(ushort) => new TextParser<ushort>(TryUnsigned),
            _ when type.RawType == typeof(uint) => new TextParser<uint>(TryUnsigned),
            _ when type.RawType == typeof(ulong) => new TextParser<ulong>(TryUnsigned),
            _ when type.RawType == typeof(bool) => new TextParser<bool>(TryBoolean),
            _ when type.RawType == typeof(TimeSpan) => new TextParser<TimeSpan>((text, out value) =>
                IsEmpty(text, out value) || TimeSpan.TryParse(text.Span, CultureInfo.InvariantCulture, out value)),
            _ when type.RawType == typeof(DateTime) => new TextParser<DateTime>((text, out value) => IsEmpty(text, out value) ||
                DateTime.TryParse(text.Span, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value)),
            _ when type.RawType == typeof(DateTimeOffset) => new TextParser<DateTimeOffset>((text, out value) => IsEmpty(text, out value) ||
                DateTimeOffset.TryParse(text.Span, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value)),
            TextDataViewType => new TextParser<ReadOnlyMemory<char>>((text, out value) =>
            {
                value = text;
                return true;
            }),
            _ => throw new NotSupportedException($"Values of type {type} are not read from text."),
        };
        return (TextParser<T>)parser;
    }

    /// <summary>?, NA, N/A and NaN, in any case.</summary>
    private static bool IsMissing(ReadOnlySpan<char> text) => text is "?" || text.Equals("NA", StringComparison.OrdinalIgnoreCase) ||
        text.Equals("N/A", StringComparison.OrdinalIgnoreCase) || text.Equals("NaN", StringComparison.OrdinalIgnoreCase);

    private static bool IsEmpty<T>(ReadOnlyMemory<char> text, out T value)
    {
        value = default;
        return text.IsEmpty;
    }

    private static bool TryReal<T>(ReadOnlySpan<char> text, char decimalMarker, bool emptyIsNaN, out T value)
        where T : IFloatingPointIeee754<T>
    {
        ReadOnlySpan<char> number = text.TrimEnd();
        value = emptyIsNaN ? T.NaN : T.Zero;
        if (number.IsEmpty) { return true; }
        if (decimalMarker == ',')
        {
            // With a comma for the decimal marker, a point is no part of a number.
            number = number.Contains('.') ? "." : number.ToString().Replace(',', '.');
        }
        // White space may follow a number. ML.NET reads it before a single digit, and not before anything longer.
        if (char.IsWhiteSpace(number[0])) { number = text.TrimStart() is [(>= '0' and <= '9') or '?'] digit ? digit : "."; }
        if (T.TryParse(number, Real, CultureInfo.InvariantCulture, out value)) { return true; }
        value = number switch
        {
            "∞" => T.PositiveInfinity,
            "-∞" => T.NegativeInfinity,
            _ => T.NaN,
        };
        return !T.IsNaN(value) || IsMissing(number);
    }

    private static bool TrySigned<T>(ReadOnlyMemory<char> text, out T value)
        where T : IBinaryInteger<T>
    {
        if (IsEmpty(text, out value)) { return true; }
        if (text.Span[0] != '+' && T.TryParse(text.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) { return true; }
        value = T.Zero;
        return false;
    }

    private static bool TryUnsigned<T>(ReadOnlyMemory<char> text, out T value)
        where T : IBinaryInteger<T> => T.TryParse(text.Span, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryBoolean(ReadOnlyMemory<char> text, out bool value)
    {
        string word = text.ToString().ToLowerInvariant();
        value = word is "t" or "y" or "1" or "+" or "+1" or "yes" or "true";
        return value || word is "" or "f" or "n" or "0" or "-" or "no" or "-1" or "false";
    }

    private static Delegate MakeKey(KeyDataViewType type)
    {
        Func<ulong, Delegate> make = Key<uint>;
        return (Delegate)make.Method.GetGenericMethodDefinition().MakeGenericMethod(type.RawType).Invoke(null, [type.Count]);
    }

    // The text counts from 0, the column from 1; 0 is missing.
    private static Delegate Key<T>(ulong count)
        where T : IBinaryInteger<T> => new TextParser<T>((text, out value) =>
        {
            value = T.Zero;
            if (text.IsEmpty || IsMissing(text.Span)) { return true; }
            if (!TryUnsigned(text, out ulong number) || number >= count) { return false; }
            value = T.CreateTruncating(number + 1);
            return true;
        });
}
