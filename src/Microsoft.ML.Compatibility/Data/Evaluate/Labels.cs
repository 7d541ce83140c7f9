namespace Microsoft.ML.Data;

/// <summary>Labels as numbers: a key counts from 0, and a missing one is NaN.</summary>
internal static class Labels
{
    public static Func<float> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is KeyDataViewType)
        {
            Func<double> key = Numbers.Reader(row, column);
            return () => key() is > 0 and double value ? (float)value - 1 : float.NaN;
        }

        if (!ReferenceEquals(column.Type, NumberDataViewType.Single))
        {
            throw Errors.WrongColumn("schema", "label", column.Name, "Single or Key", column.Type.ToString());
        }

        ValueGetter<float> read = row.GetGetter<float>(column);
        float label = 0;
        return () =>
        {
            read(ref label);
            return label;
        };
    }
}
