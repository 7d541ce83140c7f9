using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Reads one column of the current row into a network's input: a vector, dense or sparse, or a single value.</summary>
internal abstract class RowReader
{
    /// <summary>Opens a column.</summary>
    public static RowReader Open(DataViewRow row, DataViewSchema schema, InputColumn input)
    {
        DataViewSchema.Column column = input.Require(schema);
        InputColumn bound = input.Bind(schema);
        return ItemTypes.ElementOf(bound.Item!) switch
        {
            ElementType.Float32 => Open<float>(row, column, bound),
            ElementType.Float64 => Open<double>(row, column, bound),
            ElementType.Int64 => Open<long>(row, column, bound),
            ElementType.Int32 => Open<int>(row, column, bound),
            ElementType.Int16 => Open<short>(row, column, bound),
            ElementType.Int8 => Open<sbyte>(row, column, bound),
            ElementType.UInt64 => Open<ulong>(row, column, bound),
            ElementType.UInt32 => Open<uint>(row, column, bound),
            ElementType.UInt16 => Open<ushort>(row, column, bound),
            ElementType.UInt8 => Open<byte>(row, column, bound),
            _ => new Reader<bool, bool>(row, column, null),
        };
    }

    /// <summary>The current row's values, as the bytes of the input's elements.</summary>
    public abstract void Read(Span<byte> destination);

    private static RowReader Open<T>(DataViewRow row, DataViewSchema.Column column, InputColumn input) where T : unmanaged, INumber<T> => (input.Conversion, input.Value.Type) switch
    {
        (InputConversion.None, _) => new Reader<T, T>(row, column, null),
        (InputConversion.Widen, _) => new Reader<T, long>(row, column, long.CreateChecked),
        (_, ElementType.Int64) => new Reader<T, long>(row, column, key => Token<T, long>(key, row, column)),
        _ => new Reader<T, int>(row, column, key => Token<T, int>(key, row, column)),
    };

    private static TToken Token<TKey, TToken>(TKey key, DataViewRow row, DataViewSchema.Column column) where TKey : INumber<TKey> where TToken : INumber<TToken> =>
        TKey.IsZero(key) ? throw Errors.KeyIsMissing(column.Name, row.Position) : TToken.CreateChecked(key) - TToken.One;

    private sealed class Reader<TItem, TElement> : RowReader
        where TItem : unmanaged
        where TElement : unmanaged
    {
        private readonly string _column;
        private readonly Func<TItem, TElement>? _convert;
        private readonly ValueGetter<VBuffer<TItem>>? _vector;
        private readonly ValueGetter<TItem>? _single;
        private readonly TItem[] _items;
        private VBuffer<TItem> _row;

        public Reader(DataViewRow row, DataViewSchema.Column column, Func<TItem, TElement>? convert)
        {
            (_column, _convert) = (column.Name, convert);
            int length = 1;
            if (column.Type is VectorDataViewType vector)
            {
                _vector = row.GetGetter<VBuffer<TItem>>(column);
                length = vector.Size;
            }
            else
            {
                _single = row.GetGetter<TItem>(column);
            }
            _items = convert is null ? [] : new TItem[length];
        }

        public override void Read(Span<byte> destination)
        {
            Span<TElement> elements = MemoryMarshal.Cast<byte, TElement>(destination);
            Span<TItem> items = _convert is null ? MemoryMarshal.Cast<byte, TItem>(destination) : _items;
            ReadItems(items);
            if (_convert is null) { return; }
            for (int i = 0; i < items.Length; i++) { elements[i] = _convert(items[i]); }
        }

        private void ReadItems(Span<TItem> items)
        {
            if (_vector is null)
            {
                _single!(ref items[0]);
                return;
            }
            _vector(ref _row);
            if (_row.Length != items.Length) { throw Errors.RowLength(_column, _row.Length, items.Length); }
            _row.CopyTo(items);
        }
    }
}
