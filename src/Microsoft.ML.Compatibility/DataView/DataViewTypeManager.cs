namespace Microsoft.ML.Data;

/// <summary>Custom types: which <see cref="DataViewType"/> a member of a class has, by its type and its type attribute.</summary>
public static class DataViewTypeManager
{
    // The one registry per process that ML.NET's own interface asks for.
    private static readonly Dictionary<(Type Type, DataViewTypeAttribute Attribute), DataViewType> s_types = [];
    private static readonly Dictionary<DataViewType, (Type Type, DataViewTypeAttribute Attribute)> s_members = [];
    private static readonly Lock s_lock = new();

    [Obsolete("This API is deprecated, please use the new form of Register which takes in a single DataViewTypeAttribute instead.", false)]
    public static void Register(DataViewType dataViewType, Type type, IEnumerable<Attribute> typeAttributes)
    {
        Attribute[] attributes = typeAttributes is null ? [] : [.. typeAttributes];
        if (attributes.Length > 1) { throw new ArgumentOutOfRangeException(nameof(type), $"Type {type} has too many attributes."); }
        if (attributes is [not DataViewTypeAttribute]) { throw new ArgumentOutOfRangeException(nameof(type), $"Type {type} has an attribute that is not of DataViewTypeAttribute."); }
        Register(dataViewType, type, (DataViewTypeAttribute)attributes.FirstOrDefault());
    }

    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        if (MemberTypes.IsBuiltIn(type) || type == typeof(string) || type == typeof(VBuffer<>) || type == typeof(Nullable<>))
        {
            throw new ArgumentOutOfRangeException(nameof(type), $"Type {type} is a default supported type, so it cannot be registered again.");
        }

        lock (s_lock)
        {
            (Type, DataViewTypeAttribute) member = (type, typeAttribute);
            if (s_types.TryGetValue(member, out DataViewType known) && !known.Equals(dataViewType))
            {
                throw new ArgumentOutOfRangeException(nameof(type),
                    $"Repeated type register. The raw type {type} has been associated with {known} so it cannot be associated with {dataViewType}.");
            }

            if (s_members.TryGetValue(dataViewType, out (Type Type, DataViewTypeAttribute Attribute) other) && !other.Equals(member))
            {
                throw new ArgumentOutOfRangeException(nameof(dataViewType),
                    $"Repeated type register. The DataView type {dataViewType} has been associated with {other.Type} so it cannot be associated with {type}.");
            }

            s_types[member] = dataViewType;
            s_members[dataViewType] = member;
        }
    }

    internal static DataViewType Find(Type type, DataViewTypeAttribute attribute)
    {
        lock (s_lock) { return s_types.GetValueOrDefault((type, attribute)); }
    }
}
