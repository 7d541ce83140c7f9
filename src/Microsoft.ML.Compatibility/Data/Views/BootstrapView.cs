namespace Microsoft.ML.Data;

/// <summary>Every row as often as a Poisson variable of mean 1 says, or (the complement) the rows for which it says 0.</summary>
internal sealed class BootstrapView(IDataView source, int seed, bool complement) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        DataViewRowCursor cursor = source.GetRowCursor(columnsNeeded);
        var random = new Random(seed);
        int copies = 0;
        return new FilterCursor(cursor, () =>
        {
            if (copies > 0)
            {
                copies--;
                return FilterCursor.Verdict.Keep;
            }

            if (!cursor.MoveNext()) { return FilterCursor.Verdict.Stop; }
            copies = Poisson(random);
            if (complement) { copies = copies == 0 ? 1 : 0; }
            return FilterCursor.Verdict.Drop;
        });
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [GetRowCursor(columnsNeeded)];

    // Knuth's method: count the uniform factors until their product falls below exp(-1).
    private static int Poisson(Random random)
    {
        int count = -1;
        for (double product = 1; product > 1 / Math.E; count++) { product *= random.NextDouble(); }
        return count;
    }
}
