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
}
