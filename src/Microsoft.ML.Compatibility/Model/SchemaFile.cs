using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The input schema in a model file: names, types and annotations of built-in columns.</summary>
internal static class SchemaFile
{
    private const string EntryName = "Schema";

    public static void Write(ZipArchive archive, DataViewSchema schema)
    {
        using var writer = new BinaryWriter(archive.CreateEntry(EntryName).Open(), Encoding.UTF8);
        writer.Write(schema.Count);
        foreach (DataViewSchema.Column column in schema)
        {
            writer.Write(column.Name);
            Write(writer, column.Name, column.Type);
            AnnotationFile.Write(writer, column.Annotations);
        }
    }

    public static DataViewSchema ReadOrNull(ZipArchive archive)
    {
        if (archive.GetEntry(EntryName) is not { } entry) { return null; }
        using var reader = new BinaryReader(entry.Open(), Encoding.UTF8);
        var schema = new DataViewSchema.Builder();
        for (int count = reader.ReadInt32(); count > 0; count--) { schema.AddColumn(reader.ReadString(), Read(reader), AnnotationFile.Read(reader)); }
        return schema.ToSchema();
    }

    public static void Write(BinaryWriter writer, string name, DataViewType type)
    {
        var vector = type as VectorDataViewType;
        DataViewType item = vector?.ItemType ?? type;
        if (!MemberTypes.IsBuiltIn(item.RawType)) { throw new NotSupportedException($"Column '{name}' of type {type} cannot be kept in a model file."); }

        writer.Write(vector?.Dimensions.Length ?? 0);
        foreach (int dimension in vector?.Dimensions ?? []) { writer.Write(dimension); }
        writer.Write(item.RawType.FullName);
        writer.Write(item is KeyDataViewType key ? key.Count : 0);
    }

    public static DataViewType Read(BinaryReader reader)
    {
        int[] dimensions = new int[reader.ReadInt32()];
        for (int i = 0; i < dimensions.Length; i++) { dimensions[i] = reader.ReadInt32(); }
        string name = reader.ReadString();
        Type raw = s_types.First(type => type.FullName == name);
        ulong count = reader.ReadUInt64();
        PrimitiveDataViewType item = count > 0 ? new KeyDataViewType(raw, count) : MemberTypes.BuiltIn(raw);
        return dimensions.Length > 0 ? new VectorDataViewType(item, dimensions) : item;
    }

    private static readonly Type[] s_types =
    [
        typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
        typeof(bool), typeof(ReadOnlyMemory<char>), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DataViewRowId),
    ];
}
