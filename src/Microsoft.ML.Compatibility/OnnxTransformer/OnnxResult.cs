using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>An output of the current row, copied out of ONNX Runtime.</summary>
internal abstract class OnnxResult(OrtSlot slot)
{
    public OrtSlot Slot => slot;

    public static OnnxResult Create(OrtSlot slot) => slot.Type == OrtTypes.Text
        ? new Texts(slot)
        : (OnnxResult)Activator.CreateInstance(typeof(Numbers<>).MakeGenericType(OrtTypes.ItemOf(slot).RawType), slot);

    public abstract void Take(nint tensor);

    /// <param name="update">Sees to it that the values are those of the current row.</param>
    public abstract Delegate MakeGetter(Action update, bool isVector);

    private abstract class Typed<T>(OrtSlot slot) : OnnxResult(slot)
    {
        protected T[] Values { get; set; } = [];

        protected int Length { get; set; }

        public override Delegate MakeGetter(Action update, bool isVector)
        {
            if (!isVector)
            {
                return (ValueGetter<T>)((ref T value) =>
                {
                    update();
                    value = Values[0];
                });
            }
            return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
            {
                update();
                VBuffer<T>.Copy(Values, 0, ref value, Length);
            });
        }
    }

    private sealed class Numbers<T>(OrtSlot slot) : Typed<T>(slot)
        where T : unmanaged
    {
        public override void Take(nint tensor)
        {
            Length = OrtTensors.LengthOf(tensor);
            if (Values.Length < Length) { Values = new T[Length]; }
            OrtTensors.CopyTo(tensor, Values.AsSpan(0, Length));
        }
    }

    private sealed class Texts(OrtSlot slot) : Typed<ReadOnlyMemory<char>>(slot)
    {
        public override void Take(nint tensor)
        {
            Length = OrtTensors.LengthOf(tensor);
            Values = [.. OrtTensors.Texts(tensor, Length).Select(text => text.AsMemory())];
        }
    }
}
