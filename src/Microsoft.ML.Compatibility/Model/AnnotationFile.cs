using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The annotations of a column in a model file: those of built-in types, scalars and vectors. Others are left out, as in ML.NET.</summary>
internal static class AnnotationFile
{
    public static void Write(BinaryWriter writer, DataViewSchema.Annotations annotations)
    {
        DataViewSchema.Column[] kept = [.. annotations.Schema.Where(column => MemberTypes.IsBuiltIn(ItemOf(column.Type).RawType))];
        writer.Write(kept.Length);
        foreach (DataViewSchema.Column column in kept)
        {
            writer.Write(column.Name);
            SchemaFile.Write(writer, column.Name, column.Type);
            Call(WriteValue<int>, ItemOf(column.Type).RawType, writer, annotations, column);
        }
    }

    public static DataViewSchema.Annotations Read(BinaryReader reader)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            string name = reader.ReadString();
            DataViewType type = SchemaFile.Read(reader);
            annotations.Add(name, type, (Delegate)Call(ReadValue<int>, ItemOf(type).RawType, reader, type));
        }
        return annotations.ToAnnotations();
    }

    private static DataViewType ItemOf(DataViewType type) => (type as VectorDataViewType)?.ItemType ?? type;

    private static object Call(Delegate generic, Type item, params object[] arguments) =>
        generic.Method.GetGenericMethodDefinition().MakeGenericMethod(item).Invoke(null, arguments);

    private static void WriteValue<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType)
        {
            T value = default;
            annotations.GetValue(column.Name, ref value);
            WriteItem(writer, value);
            return;
        }

        VBuffer<T> values = default;
        annotations.GetValue(column.Name, ref values);
        writer.Write(values.Length);
        writer.Write(values.IsDense ? -1 : values.GetIndices().Length);
        foreach (int index in values.GetIndices()) { writer.Write(index); }
        foreach (T value in values.GetValues()) { WriteItem(writer, value); }
    }

    private static Delegate ReadValue<T>(BinaryReader reader, DataViewType type)
    {
        if (type is not VectorDataViewType)
        {
            T value = ReadItem<T>(reader);
            return (ValueGetter<T>)((ref T destination) => destination = value);
        }

        int length = reader.ReadInt32(), count = reader.ReadInt32();
        int[] indices = new int[Math.Max(count, 0)];
        for (int i = 0; i < indices.Length; i++) { indices[i] = reader.ReadInt32(); }
        T[] items = new T[count < 0 ? length : count];
        for (int i = 0; i < items.Length; i++) { items[i] = ReadItem<T>(reader); }
        VBuffer<T> values = count < 0 ? new(length, items) : new(length, count, items, indices);
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => values.CopyTo(ref destination));
    }

    private static void WriteItem<T>(BinaryWriter writer, T value)
    {
        if (value is ReadOnlyMemory<char> text) { writer.Write(text.ToString()); }
        else { writer.Write(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>())); }
    }

    private static T ReadItem<T>(BinaryReader reader) => typeof(T) == typeof(ReadOnlyMemory<char>)
        ? (T)(object)reader.ReadString().AsMemory()
        : Unsafe.ReadUnaligned<T>(ref reader.ReadBytes(Unsafe.SizeOf<T>())[0]);
}
