using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

internal static class Vectors
{
    /// <summary>A column read as a vector, a scalar as one of length 1.</summary>
    public static ValueGetter<VBuffer<T>> Widen<T>(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType) { return row.GetGetter<VBuffer<T>>(column); }
        ValueGetter<T> read = row.GetGetter<T>(column);
        return (ref VBuffer<T> value) =>
        {
            VBufferEditor<T> editor = VBufferEditor.Create(ref value, 1);
            read(ref editor.Values[0]);
            value = editor.Commit();
        };
    }

    /// <summary>Slots as ML.NET packs them: sparse where less than half of them differ from the default value.</summary>
    public static void Pack<T>(ReadOnlySpan<T> slots, ref VBuffer<T> value)
    {
        int count = 0;
        foreach (T slot in slots) { count += IsDefault(slot) ? 0 : 1; }
        bool isSparse = count < slots.Length / 2;
        VBufferEditor<T> editor = isSparse ? VBufferEditor.Create(ref value, slots.Length, count) : VBufferEditor.Create(ref value, slots.Length);
        int next = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            if (!isSparse) { editor.Values[i] = IsDefault(slots[i]) ? default : slots[i]; }
            else if (!IsDefault(slots[i])) { (editor.Indices[next], editor.Values[next++]) = (i, slots[i]); }
        }
        value = editor.Commit();
    }

    // Equals, because a negative zero is a default value too, and a NaN is not.
    private static bool IsDefault<T>(T value) => EqualityComparer<T>.Default.Equals(value, default);
}
