using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Held values of a struct: numbers, keys, text, dates, ids.</summary>
internal sealed class HeldValues<T>(ValueGetter<T> read) : HeldColumn
{
    private T[] _values = [];

    public HeldValues(DataViewRow source, DataViewSchema.Column column) : this(source.GetGetter<T>(column))
    {
    }

    public override void Reserve(int rows) => Array.Resize(ref _values, rows);

    public override void Store(int index) => read(ref _values[index]);

    public override Delegate GetGetter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
}
