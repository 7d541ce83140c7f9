using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which columns the members of a class are. Change it to say at run time what attributes say at compile time.</summary>
public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    [Flags]
    public enum Direction
    {
        Read = 1,
        Write = 2,
        Both = Read | Write,
    }

    public Column this[string columnName]
    {
        get => Find(column => column.ColumnName == columnName);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.ColumnName != columnName)
            {
                throw new ArgumentOutOfRangeException(nameof(columnName),
                    $"The column name is specified as '{value.ColumnName}' but must match the selector '{columnName}'.");
            }

            int index = FindIndex(column => column.ColumnName == columnName);
            if (index >= 0) { this[index] = value; }
            else { Add(value); }
        }
    }

    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        ArgumentNullException.ThrowIfNull(userType);
        var definition = new SchemaDefinition();
        foreach (MemberInfo member in Members(userType, direction))
        {
            string name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name;
            if (definition[name] is not null) { throw new ArgumentOutOfRangeException(nameof(userType), $"Duplicate column name '{name}' detected, this is disallowed"); }
            definition.Add(new(member.Name, TypeOf(member), name));
        }

        return definition;
    }

    /// <summary>The members of a class with the column types of <paramref name="schema"/>, which may be more specific.</summary>
    internal static SchemaDefinition Create(Type userType, DataViewSchema schema)
    {
        SchemaDefinition definition = Create(userType, Direction.Read);
        foreach (DataViewSchema.Column column in schema)
        {
            Column member = definition[column.Name] ?? throw new InvalidOperationException($"Type should contain a member named {column.Name}");
            member.ColumnType = column.Type;
            member.Replace(column.Annotations);
        }

        return definition;
    }

    private static IEnumerable<MemberInfo> Members(Type type, Direction direction) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Instance).Where(field => !field.IsLiteral && field.FieldType != typeof(IChannel))
            .Concat<MemberInfo>(type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property =>
                property.GetIndexParameters().Length == 0 && property.PropertyType != typeof(IChannel) &&
                ((direction.HasFlag(Direction.Read) && property.GetGetMethod() is not null) ||
                 (direction.HasFlag(Direction.Write) && property.GetSetMethod() is not null))))
            .Where(member => member.GetCustomAttribute<NoColumnAttribute>() is null);

    private static DataViewType TypeOf(MemberInfo member)
    {
        DataViewTypeAttribute[] custom = [.. member.GetCustomAttributes<DataViewTypeAttribute>()];
        if (custom.Length > 1) { throw new ArgumentOutOfRangeException("userType", $"Member {member.Name} cannot be marked with multiple type attributes."); }
        custom.FirstOrDefault()?.Register();

        (Type item, bool isVector) = MemberTypes.Describe(member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType);
        if (DataViewTypeManager.Find(item, custom.FirstOrDefault()) is { } registered) { return registered; }

        PrimitiveDataViewType type = MemberTypes.BuiltIn(item)
            ?? throw new ArgumentOutOfRangeException("rawType", $"Could not determine an IDataView type and registered custom types for member {member.Name}");
        if (member.GetCustomAttribute<KeyTypeAttribute>() is { } key)
        {
            if (!KeyDataViewType.IsValidDataType(item))
            {
                throw new ArgumentOutOfRangeException("userType",
                    $"Member {member.Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");
            }

            type = new KeyDataViewType(item, key.Count);
        }

        var vector = member.GetCustomAttribute<VectorTypeAttribute>();
        if (vector is not null && !isVector)
        {
            throw new ArgumentOutOfRangeException("userType",
                $"Member {member.Name} marked with {nameof(VectorTypeAttribute)}, but does not appear to be a vector type");
        }

        return !isVector ? type : vector?.Dims is { Length: > 0 } dimensions ? new VectorDataViewType(type, dimensions) : new VectorDataViewType(type);
    }

    public sealed class Column
    {
        private DataViewSchema.Annotations _annotations = DataViewSchema.Annotations.Empty;

        internal Column(string memberName, DataViewType columnType, string columnName) =>
            (MemberName, ColumnType, ColumnName) = (memberName, columnType, columnName);

        public string MemberName { get; }

        public string ColumnName { get; set; }

        public DataViewType ColumnType { get; set; }

        public DataViewSchema.Annotations Annotations => _annotations;

        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            ArgumentNullException.ThrowIfNull(kind);
            ArgumentNullException.ThrowIfNull(annotationType);
            if (_annotations.Schema.GetColumnOrNull(kind) is not null) { throw new InvalidOperationException("Column already contains an annotation of this kind."); }

            var builder = new DataViewSchema.Annotations.Builder();
            builder.Add(_annotations, _ => true);
            builder.Add(kind, annotationType, AnnotationValue.MakeGetter(value, annotationType));
            _annotations = builder.ToAnnotations();
        }

        internal void Replace(DataViewSchema.Annotations annotations) => _annotations = annotations;
    }
}
