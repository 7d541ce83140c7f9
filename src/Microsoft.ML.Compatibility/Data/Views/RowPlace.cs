namespace Microsoft.ML.Data;

/// <summary>
/// A place in [0, 1] for every row, as in ML.NET: the next random number, or the place of the value of a sampling column, so that equal values
/// stay together. Real numbers lie between the least and the greatest, keys between 0 and their count; other values are hashed (in ML.NET too,
/// but to other places).
/// </summary>
internal sealed class RowPlace
{
    private const int DefaultSeed = 42;

    private readonly DataViewSchema.Column? _key;
    private readonly int _seed;

    private readonly (double Min, double Max) _range;

    private RowPlace(DataViewSchema.Column? key, (double Min, double Max) range, int seed) => (_key, _range, _seed) = (key, range, seed);

    public static RowPlace Of(IDataView data, string keyColumn, int? seed)
    {
        DataViewSchema.Column? key = keyColumn is null ? null
            : data.Schema.GetColumnOrNull(keyColumn) ?? throw Errors.MissingColumn("samplingKeyColumn", keyColumn, "SamplingKeyColumn");
        return new(key, key is { } column && IsReal(column.Type) ? RangeOf(data, column) : default, seed ?? DefaultSeed);
    }

    public IDataView Filter(IDataView data, Func<double, bool> keep) => new FilteredView(data, _key is { } key ? [key] : [], row =>
    {
        Func<double> place = _key is not { } column ? Random() : IsReal(column.Type) ? Scaled(row, column) : column.Type is KeyDataViewType type ? Fraction(row, column, type.Count) : Hashed(row, column);
        return () => keep(place());
    }, inOrder: _key is null);

    private Func<double> Random()
    {
        var random = new HybridTausworthe((uint)_seed);
        return () => random.NextSingle();
    }

    private static bool IsReal(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    private static (double Min, double Max) RangeOf(IDataView data, DataViewSchema.Column column)
    {
        (double Min, double Max) range = (double.PositiveInfinity, double.NegativeInfinity);
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        for (Func<double> read = Numbers.Reader(cursor, column); cursor.MoveNext();)
        {
            if (read() is double value && double.IsFinite(value)) { range = (Math.Min(range.Min, value), Math.Max(range.Max, value)); }
        }
        return range;
    }

    private Func<double> Scaled(DataViewRow row, DataViewSchema.Column column)
    {
        Func<double> read = Numbers.Reader(row, column);
        double scale = _range.Max > _range.Min ? 1 / (_range.Max - _range.Min) : 0;
        return () => (read() - _range.Min) * scale;
    }

    // A missing key has no place, so its row is on neither side.
    private static Func<double> Fraction(DataViewRow row, DataViewSchema.Column column, ulong count)
    {
        Func<double> read = Numbers.Reader(row, column);
        return () => read() is double key && key >= 1 && key <= count ? (key - 0.5) / count : double.NaN;
    }

    private Func<double> Hashed(DataViewRow row, DataViewSchema.Column column)
    {
        Func<ulong> hash = HashValue(row, column);
        return () => (Scramble(hash() + ((ulong)_seed * 0x9E3779B97F4A7C15UL)) >> 11) * (1.0 / (1UL << 53));
    }

    // The value's text: equal values meet in one split, in every process.
    private static Func<ulong> HashValue(DataViewRow row, DataViewSchema.Column column)
    {
        Func<object> read = BoxedValue.Reader(row, column);
        return () => read() switch
        {
            IFormattable value => Hash(value.ToString(null, System.Globalization.CultureInfo.InvariantCulture)),
            var value => Hash(value.ToString()),
        };
    }

    private static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in text) { hash = (hash ^ letter) * 1099511628211; }
        return hash;
    }

    private static ulong Scramble(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
