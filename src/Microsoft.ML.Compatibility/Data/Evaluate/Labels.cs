namespace Microsoft.ML.Data;

/// <summary>Labels as numbers: a key counts from 0, and a missing one is NaN.</summary>
internal static class Labels
{
    /// <summary>Also booleans and doubles: above 0 is the positive class.</summary>
    public static Func<float> BinaryReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is BooleanDataViewType)
        {
            ValueGetter<bool> read = row.GetGetter<bool>(column);
            bool label = false;
            return () =>
            {
                read(ref label);
                return label ? 1 : 0;
            };
        }
        if (column.Type.Equals(NumberDataViewType.Double))
        {
            Func<double> read = Numbers.Reader(row, column);
            return () => (float)read();
        }
        if (column.Type is not KeyDataViewType { Count: 2 } && !column.Type.Equals(NumberDataViewType.Single))
        {
            throw Errors.WrongColumn("schema", "label", column.Name, "Single, Double, Boolean, or a Key with cardinality 2", column.Type.ToString());
        }
        return Reader(row, column);
    }

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
