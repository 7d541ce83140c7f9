namespace Microsoft.ML.Data;

/// <summary>
/// A place in [0, 1) for every row, by its id or by the value of a sampling column. It depends on nothing else, so every
/// cursor over a view, shuffled or not, splits the rows the same way.
/// </summary>
internal sealed class RowPlace
{
    private const int DefaultSeed = 42;

    private readonly DataViewSchema.Column? _key;
    private readonly ulong _seed;

    public RowPlace(DataViewSchema schema, string keyColumn, int? seed)
    {
        _seed = (ulong)(seed ?? DefaultSeed);
        if (keyColumn is not null) { _key = schema.GetColumnOrNull(keyColumn) ?? throw Errors.MissingColumn("samplingKeyColumn", keyColumn, "SamplingKeyColumn"); }
    }

    public IDataView Filter(IDataView data, Func<double, bool> keep) => new FilteredView(data, _key is { } key ? [key] : [], row =>
    {
        Func<ulong> hash = _key is { } column ? HashValue(row, column) : HashId(row);
        return () => keep((Scramble(hash() + (_seed * 0x9E3779B97F4A7C15UL)) >> 11) * (1.0 / (1UL << 53)));
    });

    private static Func<ulong> HashId(DataViewRow row)
    {
        ValueGetter<DataViewRowId> read = row.GetIdGetter();
        DataViewRowId id = default;
        return () =>
        {
            read(ref id);
            return id.Low ^ Scramble(id.High + 1);
        };
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
