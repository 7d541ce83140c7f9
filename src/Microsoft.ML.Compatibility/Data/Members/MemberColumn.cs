using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>A column and the member of a class that holds its values.</summary>
internal sealed record MemberColumn(string Name, DataViewType Type, DataViewSchema.Annotations Annotations, MemberInfo Member)
{
    public Type MemberType => Member is FieldInfo info ? info.FieldType : ((PropertyInfo)Member).PropertyType;

    /// <summary>The columns of a class, in the order of <paramref name="definition"/>; checks that members and column types agree.</summary>
    public static MemberColumn[] Bind(Type row, SchemaDefinition definition) => [.. definition.Select(column => Bind(row, column))];

    public static DataViewSchema ToSchema(IEnumerable<MemberColumn> columns)
    {
        var schema = new DataViewSchema.Builder();
        foreach (MemberColumn column in columns) { schema.AddColumn(column.Name, column.Type, column.Annotations); }
        return schema.ToSchema();
    }

    private static MemberColumn Bind(Type row, SchemaDefinition.Column column)
    {
        MemberInfo member = row.GetField(column.MemberName) ?? (MemberInfo)row.GetProperty(column.MemberName)
            ?? throw new ArgumentOutOfRangeException("userSchemaDefinition", $"No field or property with name '{column.MemberName}' found in type '{row.FullName}'");
        string name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        var bound = new MemberColumn(name, column.ColumnType, column.Annotations, member);
        (Type item, bool isVector) = MemberTypes.Describe(bound.MemberType);
        if (column.ColumnType is null)
        {
            PrimitiveDataViewType known = MemberTypes.BuiltIn(item)
                ?? throw new ArgumentOutOfRangeException("rawType", $"Could not determine an IDataView type and registered custom types for member {member.Name}");
            return bound with { Type = isVector ? new VectorDataViewType(known) : known };
        }

        var vector = column.ColumnType as VectorDataViewType;
        if (isVector != vector is not null)
        {
            throw new ArgumentOutOfRangeException("userSchemaDefinition",
                $"Column '{name}' is supposed to be {Kind(vector is not null)}, but type of associated field '{member.Name}' is {Kind(isVector)}");
        }

        Type expected = (vector?.ItemType ?? column.ColumnType).RawType;
        return expected == item ? bound : throw new ArgumentOutOfRangeException("userSchemaDefinition",
            $"Column '{name}' is supposed to have item type {expected}, but associated field has type {item}");

        static string Kind(bool isVector) => isVector ? "vector" : "scalar";
    }
}
