using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The data view type of a .NET type.</summary>
internal static class MemberTypes
{
    public static bool IsBuiltIn(Type type) => BuiltIn(type) is not null;

    public static PrimitiveDataViewType BuiltIn(Type type)
    {
        if (type.IsEnum) { return null; }
        return Type.GetTypeCode(type) switch
        {
            TypeCode.SByte => NumberDataViewType.SByte,
            TypeCode.Byte => NumberDataViewType.Byte,
            TypeCode.Int16 => NumberDataViewType.Int16,
            TypeCode.UInt16 => NumberDataViewType.UInt16,
            TypeCode.Int32 => NumberDataViewType.Int32,
            TypeCode.UInt32 => NumberDataViewType.UInt32,
            TypeCode.Int64 => NumberDataViewType.Int64,
            TypeCode.UInt64 => NumberDataViewType.UInt64,
            TypeCode.Single => NumberDataViewType.Single,
            TypeCode.Double => NumberDataViewType.Double,
            TypeCode.Boolean => BooleanDataViewType.Instance,
            TypeCode.DateTime => DateTimeDataViewType.Instance,
            _ when type == typeof(ReadOnlyMemory<char>) => TextDataViewType.Instance,
            _ when type == typeof(DateTimeOffset) => DateTimeOffsetDataViewType.Instance,
            _ when type == typeof(TimeSpan) => TimeSpanDataViewType.Instance,
            _ when type == typeof(DataViewRowId) => RowIdDataViewType.Instance,
            _ => null,
        };
    }

    public static PrimitiveDataViewType Of(DataKind kind) => kind switch
    {
        DataKind.SByte => NumberDataViewType.SByte,
        DataKind.Byte => NumberDataViewType.Byte,
        DataKind.Int16 => NumberDataViewType.Int16,
        DataKind.UInt16 => NumberDataViewType.UInt16,
        DataKind.Int32 => NumberDataViewType.Int32,
        DataKind.UInt32 => NumberDataViewType.UInt32,
        DataKind.Int64 => NumberDataViewType.Int64,
        DataKind.UInt64 => NumberDataViewType.UInt64,
        DataKind.Single => NumberDataViewType.Single,
        DataKind.Double => NumberDataViewType.Double,
        DataKind.String => TextDataViewType.Instance,
        DataKind.Boolean => BooleanDataViewType.Instance,
        DataKind.TimeSpan => TimeSpanDataViewType.Instance,
        DataKind.DateTime => DateTimeDataViewType.Instance,
        DataKind.DateTimeOffset => DateTimeOffsetDataViewType.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static DataKind KindOf(Type raw) => Enum.GetValues<DataKind>().Single(kind => Of(kind).RawType == raw);

    /// <summary>What a member holds: the raw type of its items, and whether it is an array or a <see cref="VBuffer{T}"/> of them.</summary>
    public static (Type Item, bool IsVector) Describe(Type member)
    {
        bool isVector = member.IsArray || (member.IsGenericType && member.GetGenericTypeDefinition() == typeof(VBuffer<>));
        Type item = member.IsArray ? member.GetElementType() : isVector ? member.GetGenericArguments()[0] : member;
        return (item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item, isVector);
    }
}
