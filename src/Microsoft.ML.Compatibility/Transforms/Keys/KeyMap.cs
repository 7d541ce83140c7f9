using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>The values that have keys, in the order of their keys.</summary>
internal abstract class KeyMap
{
    public static KeyMap Learn(IDataView data, string name, KeyMapOptions options)
    {
        DataViewSchema.Column column = data.Schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("inputSchema", name);
        IDataView source = options.KeyData ?? data;
        DataViewSchema.Column values = options.KeyData is null ? column : options.KeyData.Schema.Single();
        if (!Equals(ItemOf(values), ItemOf(column)))
        {
            throw Errors.WrongColumn("keyData", "key data", values.Name, ItemOf(column).ToString(), values.Type.ToString());
        }

        Func<IDataView, DataViewSchema.Column, KeyMapOptions, KeyMap> learn = TypedKeyMap<int>.Learn;
        return (KeyMap)typeof(TypedKeyMap<>).MakeGenericType(ItemOf(column).RawType).GetMethod(learn.Method.Name)
            .Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, [source, values, options], null);
    }

    public static KeyMap Read(BinaryReader reader)
    {
        var kind = (DataKind)reader.ReadByte();
        return (KeyMap)Activator.CreateInstance(typeof(TypedKeyMap<>).MakeGenericType(MemberTypes.Of(kind).RawType), reader);
    }

    public abstract MappedColumn Map(string output, DataViewSchema.Column input);

    public abstract void Write(BinaryWriter writer);

    protected static PrimitiveDataViewType ItemOf(DataViewSchema.Column column) => (column.Type as VectorDataViewType)?.ItemType ?? column.Type as PrimitiveDataViewType
        ?? throw Errors.WrongColumn("inputSchema", "input", column.Name, "a primitive type or a vector of one", column.Type.ToString());
}
