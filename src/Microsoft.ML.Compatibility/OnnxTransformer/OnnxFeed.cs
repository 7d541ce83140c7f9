using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Makes tensors of the current value of a column.</summary>
internal abstract class OnnxFeed
{
    public static OnnxFeed Create(OnnxInput input, DataViewRow row) => input.Slot.Type == OrtTypes.Text
        ? new Texts(input, row)
        : (OnnxFeed)Activator.CreateInstance(typeof(Numbers<>).MakeGenericType(OrtTypes.ItemOf(input.Slot).RawType), input, row);

    /// <summary>A tensor, valid until the next call; the caller releases it.</summary>
    public abstract nint Next();

    private sealed class Numbers<T>(OnnxInput input, DataViewRow row) : OnnxFeed
        where T : unmanaged
    {
        private readonly ValueGetter<VBuffer<T>> _read = Vectors.Widen<T>(row, input.Column);
        private VBuffer<T> _value;
        private T[] _pinned = [];
        private long[] _sizes;
        private int _length = -1;

        public override nint Next()
        {
            _read(ref _value);
            if (_value.Length != _length)
            {
                (_length, _sizes) = (_value.Length, input.SizesFor(_value.Length));
                // One item more, so that an empty tensor has an address too.
                _pinned = GC.AllocateArray<T>(_length + 1, pinned: true);
            }
            _value.CopyTo(_pinned);
            return OrtTensors.Over(_pinned, _length, _sizes, input.Slot.Type);
        }
    }

    private sealed class Texts(OnnxInput input, DataViewRow row) : OnnxFeed
    {
        private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>> _read = Vectors.Widen<ReadOnlyMemory<char>>(row, input.Column);
        private VBuffer<ReadOnlyMemory<char>> _value;

        public override nint Next()
        {
            _read(ref _value);
            return OrtTensors.OfText([.. _value.DenseValues().Select(text => text.ToString())], input.SizesFor(_value.Length));
        }
    }
}
