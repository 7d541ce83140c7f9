namespace Microsoft.ML.Data;

[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = false, Inherited = true)]
public sealed class VectorTypeAttribute : Attribute
{
    public VectorTypeAttribute()
    {
    }

    public VectorTypeAttribute(int size)
    {
        if (size < 0) { throw new ArgumentOutOfRangeException(nameof(size), "Should be non-negative number"); }
        Dims = [size];
    }

    public VectorTypeAttribute(params int[] dimensions)
    {
        if (dimensions.Any(size => size < 0)) { throw new ArgumentOutOfRangeException(nameof(dimensions), "Should contain only non-negative values"); }
        Dims = dimensions;
    }

    internal int[] Dims { get; }
}
