using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Prints what a cursor gives, row by row: position, batch, id and every value asked for.</summary>
internal static class ViewText
{
    public static string[] Of(IDataView view, string[]? names = null, int? seed = null, bool positions = true)
    {
        DataViewSchema.Column[] columns = [.. view.Schema.Where(column => names is null || (!column.IsHidden && names.Contains(column.Name)))];
        using DataViewRowCursor cursor = view.GetRowCursor(columns, seed is { } value ? new Random(value) : null);
        return [.. Lines(cursor, columns, positions)];
    }

    /// <summary>All rows of a set of cursors, sorted, without positions.</summary>
    public static string[] OfSet(IDataView view, int cursors) => [.. view.GetRowCursorSet(view.Schema, cursors)
        .SelectMany(cursor => { using (cursor) { return Lines(cursor, [.. view.Schema], positions: false).ToArray(); } })
        .Order(StringComparer.Ordinal)];

    /// <summary>Prints the value that a column of a row has whenever it is called.</summary>
    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        (string method, Type item) = column.Type is VectorDataViewType vector ? (nameof(Vector), vector.ItemType.RawType) : (nameof(Scalar), column.Type.RawType);
        return (Func<string>)typeof(ViewText).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(item).Invoke(null, [row, column])!;
    }

    private static IEnumerable<string> Lines(DataViewRowCursor cursor, DataViewSchema.Column[] columns, bool positions)
    {
        Func<string>[] readers = [.. columns.Select(column => Reader(cursor, column))];
        ValueGetter<DataViewRowId> readId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            readId(ref id);
            yield return (positions ? $"{cursor.Position} {cursor.Batch} " : "") + $"{id} " + string.Join('|', readers.Select(read => read()));
        }
    }

    private static Func<string> Scalar<T>(DataViewRow row, DataViewSchema.Column column) where T : notnull
    {
        ValueGetter<T> read = row.GetGetter<T>(column);
        T value = default!;
        return () => { read(ref value); return value.ToString()!; };
    }

    private static Func<string> Vector<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<T>> read = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return () => { read(ref value); return $"{value.Length}{(value.IsDense ? "d" : "s")}:" + string.Join(' ', value.Items().Select(item => $"{item.Key}={item.Value}")); };
    }
}
