namespace Microsoft.ML.Data;

[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = false, Inherited = true)]
public sealed class KeyTypeAttribute : Attribute
{
    public KeyTypeAttribute() => throw new NotSupportedException("Using KeyType without the Count parameter is not supported");

    public KeyTypeAttribute(ulong count)
    {
        if (count == 0) { throw new ArgumentOutOfRangeException(nameof(count), "The cardinality of valid values of a KeyDataViewType column has to be strictly positive."); }
        Count = count;
    }

    internal ulong Count { get; }
}
