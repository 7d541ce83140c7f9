namespace Microsoft.ML.Data;

/// <summary>Every row as often as a Poisson variable of mean 1 says, or (the complement) the rows for which it says 0.</summary>
internal sealed class BootstrapView(IDataView source, int seed, bool complement) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(source.GetRowCursor(columnsNeeded), new HybridTausworthe((uint)seed), complement);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(DataViewRowCursor input, Random random, bool complement) : LinkedCursor(input)
    {
        private long _position = -1;
        private int _copiesLeft;
        private bool _done;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_copiesLeft > 0) { _copiesLeft--; }
            else if (!NextDrawn())
            {
                (_done, _position) = (true, -1);
                return false;
            }
            _position++;
            return true;
        }

        /// <summary>The copies of a row are told apart by how many of them follow.</summary>
        public override ValueGetter<DataViewRowId> GetIdGetter()
        {
            ValueGetter<DataViewRowId> read = Input.GetIdGetter();
            return (ref DataViewRowId value) =>
            {
                read(ref value);
                value = value.Combine(new((ulong)_copiesLeft, 0));
            };
        }

        private bool NextDrawn()
        {
            while (!_done && Input.MoveNext())
            {
                int copies = Poisson();
                if (complement) { copies = copies == 0 ? 1 : 0; }
                _copiesLeft = copies - 1;
                if (copies > 0) { return true; }
            }
            _copiesLeft = 0;
            return false;
        }

        // Knuth's method: count the uniform factors until their product falls to exp(-1).
        private int Poisson()
        {
            double limit = Math.Exp(-1);
            int count = 0;
            for (double product = random.NextDouble(); product > limit; product *= random.NextDouble()) { count++; }
            return count;
        }
    }
}
