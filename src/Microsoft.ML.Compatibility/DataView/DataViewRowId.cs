namespace Microsoft.ML.Data;

/// <summary>A 128-bit name of a row. Derived ids come from the mixing steps of MurmurHash3.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    public readonly ulong Low;
    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high) => (Low, High) = (low, high);

    public override string ToString() => $"{High:x16}{Low:x16}";

    public int CompareTo(DataViewRowId other) => (High, Low).CompareTo((other.High, other.Low));

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public override int GetHashCode() => (int)((uint)Low ^ (uint)(Low >> 32) ^ (uint)(High << 7) ^ (uint)(High >> 57) ^ (uint)(High >> (57 - 32)));

    public DataViewRowId Fork()
    {
        DataViewRowId next = Next();
        return new(next.Low ^ (ulong.RotateLeft(C1, 31) * C2), next.High);
    }

    public DataViewRowId Next() => Mix(Low, High, 0, 0);

    public DataViewRowId Combine(DataViewRowId other)
    {
        other = other.Fork();
        return Mix(Low, High, ulong.RotateLeft(other.Low * C1, 31) * C2, ulong.RotateLeft(other.High * C2, 33) * C1);
    }

    private static DataViewRowId Mix(ulong low, ulong high, ulong lowKey, ulong highKey)
    {
        low = ((ulong.RotateLeft(low ^ lowKey, 27) + high) * 5) + 0x52dce729;
        high = ((ulong.RotateLeft(high ^ highKey, 31) + low) * 5) + 0x38495ab5;
        return new(low, high);
    }
}
