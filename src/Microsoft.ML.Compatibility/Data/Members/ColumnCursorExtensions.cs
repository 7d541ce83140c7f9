namespace Microsoft.ML.Data;

public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) => data.GetColumn<T>(data.Schema[columnName]);

    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        ArgumentNullException.ThrowIfNull(data);
        Errors.RequireNotEmpty(column.Name, nameof(column));
        if (data.Schema[column.Index].Name != column.Name || !data.Schema[column.Index].Type.Equals(column.Type))
        {
            throw new ArgumentOutOfRangeException(nameof(column),
                $"column with name {column.Name}, type {column.Type}, and index {column.Index} cannot be found in {nameof(data)}");
        }

        if (column.Type.RawType == typeof(T)) { return Read<T, T>(data, column, value => value); }
        if (typeof(T) == typeof(string) && column.Type is TextDataViewType)
        {
            return (IEnumerable<T>)Read<ReadOnlyMemory<char>, string>(data, column, text => text.ToString());
        }

        if (typeof(T).IsArray && column.Type is VectorDataViewType vector)
        {
            if (typeof(T) == typeof(string[]) && vector.ItemType is TextDataViewType)
            {
                return (IEnumerable<T>)Read<VBuffer<ReadOnlyMemory<char>>, string[]>(data, column, texts => [.. texts.DenseValues().Select(text => text.ToString())]);
            }

            if (typeof(T).GetElementType() == vector.ItemType.RawType)
            {
                Func<IDataView, DataViewSchema.Column, IEnumerable<int[]>> read = ReadArrays<int>;
                return (IEnumerable<T>)read.Method.GetGenericMethodDefinition().MakeGenericMethod(vector.ItemType.RawType).Invoke(null, [data, column]);
            }
        }

        throw new ArgumentOutOfRangeException(nameof(column),
            $"Cannot map column (name: {column.Name}, type: {column.Type}) in {nameof(data)} to the user-defined type, {typeof(T)}.");
    }

    private static IEnumerable<T[]> ReadArrays<T>(IDataView data, DataViewSchema.Column column) => Read<VBuffer<T>, T[]>(data, column, values =>
    {
        T[] array = new T[values.Length];
        values.CopyTo(array);
        return array;
    });

    private static IEnumerable<TResult> Read<TRaw, TResult>(IDataView data, DataViewSchema.Column column, Func<TRaw, TResult> convert)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<TRaw> read = cursor.GetGetter<TRaw>(column);
        TRaw value = default;
        while (cursor.MoveNext())
        {
            read(ref value);
            yield return convert(value);
        }
    }
}
