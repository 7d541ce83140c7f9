using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>Reads a numeric column, whatever its item type, as double.</summary>
internal static class Numbers
{
    public static Func<double> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        Func<DataViewRow, DataViewSchema.Column, Func<double>> make = Make<int>;
        return (Func<double>)make.Method.GetGenericMethodDefinition().MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column]);
    }

    private static Func<double> Make<T>(DataViewRow row, DataViewSchema.Column column)
        where T : INumberBase<T>
    {
        ValueGetter<T> read = row.GetGetter<T>(column);
        T value = default;
        return () =>
        {
            read(ref value);
            return double.CreateTruncating(value);
        };
    }
}
