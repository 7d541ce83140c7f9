using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>Which types become which others, and how, as ML.NET has it: integers stay on their side of the sign, real numbers do not become integers.</summary>
internal static class Conversions
{
    private static readonly Type[] s_signed = [typeof(sbyte), typeof(short), typeof(int), typeof(long)];
    private static readonly Type[] s_unsigned = [typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];
    private static readonly Type[] s_real = [typeof(float), typeof(double)];
    private static readonly Type[] s_times = [typeof(TimeSpan), typeof(DateTime), typeof(DateTimeOffset)];

    public static bool Exists(Type from, Type to)
    {
        bool fromNumber = s_signed.Contains(from) || s_unsigned.Contains(from) || s_real.Contains(from);
        if (from == typeof(ReadOnlyMemory<char>) || to == typeof(ReadOnlyMemory<char>)) { return true; }
        if (s_signed.Contains(to)) { return s_signed.Contains(from) || from == typeof(bool) || (to == typeof(long) && s_times.Contains(from)); }
        if (s_unsigned.Contains(to)) { return s_unsigned.Contains(from); }
        if (s_real.Contains(to)) { return fromNumber || from == typeof(bool) || s_times.Contains(from); }
        if (to == typeof(bool)) { return fromNumber || from == typeof(bool); }
        return from == to && to == typeof(DateTime);
    }

    public static Func<TFrom, TTo> Make<TFrom, TTo>(PrimitiveDataViewType target)
    {
        if (typeof(TFrom) == typeof(TTo)) { return (Func<TFrom, TTo>)(object)(Func<TFrom, TFrom>)(value => value); }
        if (typeof(TTo) == typeof(ReadOnlyMemory<char>)) { return (Func<TFrom, TTo>)(object)(Func<TFrom, ReadOnlyMemory<char>>)(value => TextOf(value).AsMemory()); }
        if (typeof(TFrom) == typeof(ReadOnlyMemory<char>)) { return (Func<TFrom, TTo>)(object)FromText<TTo>(target); }
        if (s_times.Contains(typeof(TFrom))) { return (Func<TFrom, TTo>)Generic(FromTicks<int, int>).Invoke(null, []); }
        if (typeof(TFrom) == typeof(bool)) { return (Func<TFrom, TTo>)(object)FromBoolean<TTo>(); }
        if (typeof(TTo) == typeof(bool)) { return (Func<TFrom, TTo>)((Func<Delegate>)ToBoolean<int>).Method.GetGenericMethodDefinition().MakeGenericMethod(typeof(TFrom)).Invoke(null, []); }
        return (Func<TFrom, TTo>)Generic(Number<int, int>).Invoke(null, []);

        static System.Reflection.MethodInfo Generic(Func<Delegate> method) => method.Method.GetGenericMethodDefinition().MakeGenericMethod(typeof(TFrom), typeof(TTo));
    }

    private static string TextOf<T>(T value) => value switch
    {
        float number => number.ToString("G7", CultureInfo.InvariantCulture),
        double number => number.ToString("G17", CultureInfo.InvariantCulture),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static Func<ReadOnlyMemory<char>, T> FromText<T>(PrimitiveDataViewType target)
    {
        TextParser<T> parse = TextParsers.For<T>(target);
        bool mustParse = s_signed.Contains(typeof(T));
        return text => parse(text, out T value) || !mustParse ? value : throw new InvalidOperationException($"Value could not be parsed from text to {NameOf(typeof(T))}.");
    }

    private static string NameOf(Type signed) => Type.GetTypeCode(signed) switch
    {
        TypeCode.SByte => "sbyte",
        TypeCode.Int16 => "short",
        TypeCode.Int32 => "int",
        _ => "long",
    };

    private static Delegate FromTicks<TFrom, TTo>()
        where TTo : INumberBase<TTo> => (TFrom value) => TTo.CreateTruncating(value switch
        {
            TimeSpan time => time.Ticks,
            DateTime time => time.Ticks,
            DateTimeOffset time => time.UtcDateTime.Ticks,
            _ => 0L,
        });

    private static Func<bool, T> FromBoolean<T>()
    {
        T one = (T)Convert.ChangeType(1, typeof(T), CultureInfo.InvariantCulture);
        return value => value ? one : default;
    }

    private static Delegate ToBoolean<T>()
        where T : INumberBase<T> => (T value) => value != T.Zero;

    private static Delegate Number<TFrom, TTo>()
        where TFrom : INumberBase<TFrom>
        where TTo : INumberBase<TTo>
    {
        if (!s_unsigned.Contains(typeof(TTo))) { return (TFrom value) => TTo.CreateTruncating(value); }
        // What is too large for an unsigned integer becomes 0, the missing key.
        return (TFrom value) =>
        {
            TTo converted = TTo.CreateTruncating(value);
            return ulong.CreateTruncating(converted) == ulong.CreateTruncating(value) ? converted : TTo.Zero;
        };
    }
}
