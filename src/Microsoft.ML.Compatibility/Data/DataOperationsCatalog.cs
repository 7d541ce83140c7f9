using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed class DataOperationsCatalog
{
    private readonly LocalHost _host;

    internal DataOperationsCatalog(LocalHost host) => _host = host;

    internal IHostEnvironment Environment => _host;

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(data);
        schemaDefinition ??= SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read);
        return new EnumerableView<TRow>(data, MemberColumn.Bind(typeof(TRow), schemaDefinition));
    }

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(schema);
        return LoadFromEnumerable(data, SchemaDefinition.Create(typeof(TRow), schema));
    }

    public IEnumerable<TRow> CreateEnumerable<TRow>(IDataView data, bool reuseRowObject,
        bool ignoreMissingColumns = false, SchemaDefinition schemaDefinition = null)
        where TRow : class, new()
    {
        ArgumentNullException.ThrowIfNull(data);
        MemberWriter<TRow>[] writers = MemberWriter<TRow>.CreateAll(data.Schema, ignoreMissingColumns, schemaDefinition);
        return Read(data, writers, reuseRowObject);
    }

    public IDataView BootstrapSample(IDataView input, int? seed = null, bool complement = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BootstrapView(input, seed ?? _host.Rand.Next(), complement);
    }

    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new CachedView(input, [.. (columnsToPrefetch ?? []).Select(name =>
            input.Schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn(nameof(columnsToPrefetch), name, "prefetch"))]);
    }

    public IDataView FilterRowsByColumn(IDataView input, string columnName,
        double lowerBound = double.NegativeInfinity, double upperBound = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(input);
        Errors.RequireNotEmpty(columnName, nameof(columnName));
        if (!(lowerBound < upperBound)) { throw new ArgumentOutOfRangeException(nameof(upperBound), "Must be less than lowerBound"); }
        DataViewSchema.Column column = input.Schema[columnName];
        if (column.Type is not NumberDataViewType) { throw Errors.WrongColumn(nameof(columnName), "filter", columnName, "number", column.Type.ToString()); }
        if (column.Type != NumberDataViewType.Single && column.Type != NumberDataViewType.Double)
        {
            throw new ArgumentOutOfRangeException("Column", $"Column '{columnName}' does not have compatible type");
        }
        return new FilteredView(input, [column], cursor =>
        {
            Func<double> read = Numbers.Reader(cursor, column);
            return () => read() is double value && value >= lowerBound && value < upperBound;
        });
    }

    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (shufflePoolSize <= 0) { throw new ArgumentOutOfRangeException(nameof(shufflePoolSize), "Must be positive"); }
        return new ShuffledView(input, seed ?? _host.Rand.Next(), shufflePoolSize, shuffleSource);
    }

    public IDataView SkipRows(IDataView input, long count)
    {
        RequirePositive(input, count);
        return new SlicedView(input, count, null);
    }

    public IDataView TakeRows(IDataView input, long count)
    {
        RequirePositive(input, count);
        return new SlicedView(input, 0, count);
    }

    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(testFraction > 0 && testFraction < 1)) { throw new ArgumentOutOfRangeException(nameof(testFraction), "Must be between 0 and 1 exclusive"); }
        RowPlace place = RowPlace.Of(data, samplingKeyColumnName, seed ?? _host.Seed);
        return new(place.Filter(data, value => value >= testFraction), place.Filter(data, value => value < testFraction));
    }

    public IReadOnlyList<TrainTestData> CrossValidationSplit(IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (numberOfFolds <= 1) { throw new ArgumentOutOfRangeException(nameof(numberOfFolds), "Must be more than 1"); }
        RowPlace place = RowPlace.Of(data, samplingKeyColumnName, seed ?? _host.Seed);
        // A row on the border of two folds is in both, as in ML.NET.
        double Border(int fold) => (double)fold / numberOfFolds;
        return [.. Enumerable.Range(0, numberOfFolds).Select(fold => new TrainTestData(
            place.Filter(data, value => value < Border(fold) || value > Border(fold + 1)), place.Filter(data, value => value >= Border(fold) && value <= Border(fold + 1))))];
    }

    private static void RequirePositive(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (count <= 0) { throw new ArgumentOutOfRangeException(nameof(count), "Must be greater than zero."); }
    }

    private static IEnumerable<TRow> Read<TRow>(IDataView data, MemberWriter<TRow>[] writers, bool reuseRowObject)
        where TRow : class, new()
    {
        using DataViewRowCursor cursor = data.GetRowCursor(writers.Select(writer => writer.Column));
        Action<TRow> write = MemberWriter<TRow>.BindAll(writers, cursor);
        TRow row = null;
        while (cursor.MoveNext())
        {
            row = reuseRowObject && row is not null ? row : new();
            write(row);
            yield return row;
        }
    }

    public struct TrainTestData
    {
        public readonly IDataView TrainSet;
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet) => (TrainSet, TestSet) = (trainSet, testSet);
    }
}
