namespace Microsoft.ML.Data;

/// <summary>Reads a value of any type as an object. For people looking at data, not for scoring.</summary>
internal static class BoxedValue
{
    public static Func<object> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        Func<DataViewRow, DataViewSchema.Column, Func<object>> make = Make<int>;
        return (Func<object>)make.Method.GetGenericMethodDefinition().MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column]);
    }

    private static Func<object> Make<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> read = row.GetGetter<T>(column);
        return () =>
        {
            // A fresh value: it outlives the row, so it must not share buffers with the next one.
            T value = default;
            read(ref value);
            return value;
        };
    }
}
