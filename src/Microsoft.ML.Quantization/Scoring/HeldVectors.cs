using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Held vectors, dense or sparse as they came.</summary>
internal sealed class HeldVectors<T>(DataViewRow source, DataViewSchema.Column column) : HeldColumn
{
    private readonly ValueGetter<VBuffer<T>> _read = source.GetGetter<VBuffer<T>>(column);
    private VBuffer<T>[] _values = [];

    public override void Reserve(int rows) => Array.Resize(ref _values, rows);

    public override void Store(int index) => _read(ref _values[index]);

    // A copy: the consumer may write into its buffer, or keep it when the slot is filled again.
    public override Delegate GetGetter(Func<int> current) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
}
