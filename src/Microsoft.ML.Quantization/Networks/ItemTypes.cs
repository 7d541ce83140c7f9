using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Which type of a column's items holds the elements of a tensor as they are.</summary>
internal static class ItemTypes
{
    /// <summary>The type of the items, or null for elements that no column holds (float16, quantized codes).</summary>
    public static PrimitiveDataViewType? Of(ElementType type) => type switch
    {
        ElementType.Float32 => NumberDataViewType.Single,
        ElementType.Float64 => NumberDataViewType.Double,
        ElementType.Int64 => NumberDataViewType.Int64,
        ElementType.Int32 => NumberDataViewType.Int32,
        ElementType.Int16 => NumberDataViewType.Int16,
        ElementType.Int8 => NumberDataViewType.SByte,
        ElementType.UInt64 => NumberDataViewType.UInt64,
        ElementType.UInt32 => NumberDataViewType.UInt32,
        ElementType.UInt16 => NumberDataViewType.UInt16,
        ElementType.UInt8 => NumberDataViewType.Byte,
        ElementType.Boolean => BooleanDataViewType.Instance,
        _ => null,
    };

    /// <summary>The elements whose bits the items of a column are.</summary>
    /// <param name="item">A number, a truth value or a key, whose elements are those of its raw type.</param>
    public static ElementType? ElementOf(DataViewType item) => Type.GetTypeCode(item.RawType) switch
    {
        TypeCode.Single => ElementType.Float32,
        TypeCode.Double => ElementType.Float64,
        TypeCode.Int64 => ElementType.Int64,
        TypeCode.Int32 => ElementType.Int32,
        TypeCode.Int16 => ElementType.Int16,
        TypeCode.SByte => ElementType.Int8,
        TypeCode.UInt64 => ElementType.UInt64,
        TypeCode.UInt32 => ElementType.UInt32,
        TypeCode.UInt16 => ElementType.UInt16,
        TypeCode.Byte => ElementType.UInt8,
        TypeCode.Boolean => ElementType.Boolean,
        _ => null,
    };
}
