namespace Microsoft.ML.Data;

public sealed class KeyCount
{
    public ulong? Count;

    public KeyCount()
    {
    }

    public KeyCount(ulong count)
    {
        if (count == 0) { throw new ArgumentOutOfRangeException(nameof(count), $"The cardinality of valid values of a {nameof(KeyDataViewType)} column has to be strictly positive."); }
        Count = count;
    }
}
