namespace Microsoft.ML.Data;

/// <summary>The values of one column, copied out of a cursor.</summary>
internal abstract class HeldColumn
{
    public static HeldColumn Create(DataViewRow row, DataViewSchema.Column column)
    {
        Type kind = column.Type is VectorDataViewType vector
            ? typeof(Vectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(Values<>).MakeGenericType(column.Type.RawType);
        return (HeldColumn)Activator.CreateInstance(kind, row, column);
    }

    /// <summary>Adds the row's current value.</summary>
    public abstract void Append();

    public abstract Delegate GetGetter(Func<int> current);

    private sealed class Values<T>(DataViewRow row, DataViewSchema.Column column) : HeldColumn
    {
        private readonly ValueGetter<T> _read = row.GetGetter<T>(column);
        private readonly List<T> _values = [];

        public override void Append()
        {
            T value = default;
            _read(ref value);
            _values.Add(value);
        }

        public override Delegate GetGetter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
    }

    private sealed class Vectors<T>(DataViewRow row, DataViewSchema.Column column) : HeldColumn
    {
        private readonly ValueGetter<VBuffer<T>> _read = row.GetGetter<VBuffer<T>>(column);
        private readonly List<VBuffer<T>> _values = [];

        public override void Append()
        {
            VBuffer<T> value = default;
            _read(ref value);
            _values.Add(value);
        }

        public override Delegate GetGetter(Func<int> current) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
    }
}
