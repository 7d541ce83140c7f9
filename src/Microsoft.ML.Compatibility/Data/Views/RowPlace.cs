namespace Microsoft.ML.Data;

/// <summary>
/// A place in [0, 1) for every row: the next random number, as in ML.NET, or a hash of the value of a sampling column, so that equal values
/// stay together. (ML.NET hashes them too, but to other places.)
/// </summary>
internal sealed class RowPlace
{
    private const int DefaultSeed = 42;

    private readonly DataViewSchema.Column? _key;
    private readonly int _seed;

    private RowPlace(DataViewSchema.Column? key, int seed) => (_key, _seed) = (key, seed);

    private static bool IsReal(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    public static RowPlace Of(DataViewSchema schema, string keyColumn, int? seed) => new(
        keyColumn is null ? null : schema.GetColumnOrNull(keyColumn) ?? throw Errors.MissingColumn("samplingKeyColumn", keyColumn, "SamplingKeyColumn"), seed ?? DefaultSeed);

    public IDataView Filter(IDataView data, Func<double, bool> keep) => new FilteredView(data, _key is { } key ? [key] : [], row =>
    {
        Func<double> place = _key is { } column ? Hashed(row, column) : Random();
        return () => keep(place());
    }, inOrder: _key is null);

    private Func<double> Random()
    {
        var random = new HybridTausworthe((uint)_seed);
        return () => random.NextSingle();
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
