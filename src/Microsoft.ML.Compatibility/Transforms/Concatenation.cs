using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

internal static class Concatenation
{
    public static MappedColumn Create(string output, DataViewSchema.Column[] columns)
    {
        PrimitiveDataViewType item = ItemOf(columns[0]);
        foreach (DataViewSchema.Column column in columns)
        {
            if (ItemOf(column) is KeyDataViewType || !Equals(ItemOf(column), item))
            {
                throw Errors.WrongColumn("inputSchema", "input", column.Name, item.ToString(), column.Type.ToString());
            }
        }

        bool known = columns.All(column => column.Type is not VectorDataViewType { IsKnownSize: false });
        var type = new VectorDataViewType(item, known ? columns.Sum(SizeOf) : 0);
        Func<DataViewRow, DataViewSchema.Column[], Delegate> make = MakeGetter<int>;
        var typed = make.Method.GetGenericMethodDefinition().MakeGenericMethod(item.RawType).CreateDelegate<Func<DataViewRow, DataViewSchema.Column[], Delegate>>();
        return new(output, type, Annotate(type, columns), [.. columns.Select(column => column.Index)], row => typed(row, columns));
    }

    private static PrimitiveDataViewType ItemOf(DataViewSchema.Column column) => (column.Type as VectorDataViewType)?.ItemType ?? column.Type as PrimitiveDataViewType;

    private static int SizeOf(DataViewSchema.Column column) => column.Type is VectorDataViewType vector ? vector.Size : 1;

    /// <summary>A scalar names its slot; a vector's slot is the vector's name, a dot and the slot's name there.</summary>
    private static DataViewSchema.Annotations Annotate(VectorDataViewType type, DataViewSchema.Column[] columns)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (columns.All(column => column.IsNormalized())) { builder.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true); }
        if (type.IsKnownSize && columns.Any(column => column.Type is not VectorDataViewType || column.HasSlotNames()))
        {
            ReadOnlyMemory<char>[] names = [.. columns.SelectMany(NamesOf)];
            builder.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, type.Size),
                (ref VBuffer<ReadOnlyMemory<char>> value) => VBuffer<ReadOnlyMemory<char>>.Copy(names, 0, ref value, names.Length));
        }

        return builder.ToAnnotations();
    }

    private static IEnumerable<ReadOnlyMemory<char>> NamesOf(DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType vector) { return [column.Name.AsMemory()]; }
        if (!column.HasSlotNames()) { return Enumerable.Repeat(ReadOnlyMemory<char>.Empty, vector.Size); }
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return names.DenseValues().Select(name => name.IsEmpty ? name : $"{column.Name}.{name}".AsMemory()).ToArray();
    }

    private static Delegate MakeGetter<T>(DataViewRow row, DataViewSchema.Column[] columns)
    {
        ValueGetter<VBuffer<T>>[] read = [.. columns.Select(column => Vectors.Widen<T>(row, column))];
        var parts = new VBuffer<T>[columns.Length];
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            int length = 0, count = 0;
            for (int i = 0; i < parts.Length; i++)
            {
                read[i](ref parts[i]);
                length += parts[i].Length;
                count += parts[i].GetValues().Length;
            }

            VBufferEditor<T> editor = VBufferEditor.Create(ref value, length, count);
            int slot = 0, offset = 0;
            foreach (VBuffer<T> part in parts)
            {
                part.GetValues().CopyTo(editor.Values[slot..]);
                for (int i = 0; count < length && i < part.GetValues().Length; i++)
                {
                    editor.Indices[slot + i] = offset + (part.IsDense ? i : part.GetIndices()[i]);
                }

                slot += part.GetValues().Length;
                offset += part.Length;
            }

            value = editor.Commit();
        });
    }
}
