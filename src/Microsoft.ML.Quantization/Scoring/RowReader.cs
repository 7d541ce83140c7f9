using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Reads one column of the current row into a network's input, vector or single number, dense or sparse.</summary>
internal sealed class RowReader
{
    private readonly string _column;
    private readonly ValueGetter<VBuffer<float>>? _vector;
    private readonly ValueGetter<float>? _number;
    private VBuffer<float> _row;

    public RowReader(DataViewRow row, DataViewSchema.Column column)
    {
        _column = column.Name;
        if (column.Type is VectorDataViewType) { _vector = row.GetGetter<VBuffer<float>>(column); }
        else { _number = row.GetGetter<float>(column); }
    }

    /// <summary>The current row's values.</summary>
    public void Read(Span<float> destination)
    {
        if (_vector is null)
        {
            _number!(ref destination[0]);
            return;
        }
        _vector(ref _row);
        if (_row.Length != destination.Length) { throw Errors.RowLength(_column, _row.Length, destination.Length); }
        _row.CopyTo(destination);
    }
}
