namespace Microsoft.ML.Quantization;

/// <summary>Facts about each <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes one element occupies; 1 for <see cref="ElementType.QUInt4x2"/>, whose byte holds two codes.</summary>
    public static int SizeInBytes(this ElementType type) => type switch
    {
        ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 => 8,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 or ElementType.QInt32 => 4,
        ElementType.Float16 or ElementType.Int16 or ElementType.UInt16 => 2,
        _ => 1,
    };

    /// <summary>True for the types whose codes need quantization parameters.</summary>
    public static bool IsQuantized(this ElementType type) => type is ElementType.QUInt8 or ElementType.QInt8 or ElementType.QInt32 or ElementType.QUInt4x2;

    /// <summary>The plain type of the codes: <c>QUInt8</c> is stored as <c>UInt8</c>. Plain types are their own storage.</summary>
    public static ElementType Storage(this ElementType type) => type switch
    {
        ElementType.QUInt8 or ElementType.QUInt4x2 => ElementType.UInt8,
        ElementType.QInt8 => ElementType.Int8,
        ElementType.QInt32 => ElementType.Int32,
        _ => type,
    };

    /// <summary>PyTorch's name without the prefix: <c>float32</c>, <c>uint8</c>, <c>quint8</c>, <c>bool</c>, … Used in JSON and in graph text.</summary>
    public static string Name(this ElementType type) => type == ElementType.Boolean ? "bool" : type.ToString().ToLowerInvariant();

    /// <summary>The inverse of <see cref="Name"/>.</summary>
    /// <exception cref="QuantizationException">No element type has that name.</exception>
    public static ElementType Parse(string name) => TryParse(name, out ElementType type)
        ? type
        : throw new QuantizationException($"'{name}' is not an element type; expected one of {string.Join(", ", Enum.GetValues<ElementType>().Select(Name))}.");

    /// <summary>The inverse of <see cref="Name"/>; false when no element type has that name.</summary>
    public static bool TryParse(string name, out ElementType type)
    {
        foreach (ElementType candidate in Enum.GetValues<ElementType>())
        {
            if (candidate.Name() == name)
            {
                type = candidate;
                return true;
            }
        }
        type = default;
        return false;
    }

    /// <summary>The element type whose storage is the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="QuantizationException"><typeparamref name="T"/> is not the storage of any.</exception>
    public static ElementType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Float32 :
        typeof(T) == typeof(double) ? ElementType.Float64 :
        typeof(T) == typeof(Half) ? ElementType.Float16 :
        typeof(T) == typeof(byte) ? ElementType.UInt8 :
        typeof(T) == typeof(sbyte) ? ElementType.Int8 :
        typeof(T) == typeof(ushort) ? ElementType.UInt16 :
        typeof(T) == typeof(short) ? ElementType.Int16 :
        typeof(T) == typeof(uint) ? ElementType.UInt32 :
        typeof(T) == typeof(int) ? ElementType.Int32 :
        typeof(T) == typeof(ulong) ? ElementType.UInt64 :
        typeof(T) == typeof(long) ? ElementType.Int64 :
        typeof(T) == typeof(bool) ? ElementType.Boolean :
        throw new QuantizationException($"{typeof(T).Name} is not the storage of a tensor element.");
}
