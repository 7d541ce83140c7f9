using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Reads constants. Declared sizes are checked against the elements that are there before anything is allocated.</summary>
internal static class TensorReader
{
    private const int MaximumRank = 32;

    /// <summary>The tensor a message describes.</summary>
    /// <param name="message">The message.</param>
    /// <param name="what">What holds it, for messages: <c>Constant 'w'</c>.</param>
    /// <param name="weights">Where external elements are.</param>
    /// <exception cref="QuantizationException">Its type is not supported, or its elements are not as many as its sizes say.</exception>
    public static Tensor Read(TensorProto message, string what, ExternalWeights weights)
    {
        ElementType type = OnnxElementTypes.Of(message.DataType) ?? throw ElementTypeMap.Unsupported(what, message.DataType);
        (int[] sizes, long length) = Sizes(message.Dims, what);
        long bytes = length > long.MaxValue / 8 ? long.MaxValue : length * type.SizeInBytes();
        byte[] elements;
        if (message.DataLocation == TensorProto.Types.Location.External)
        {
            elements = weights.Read(message.ExternalData, bytes, what);
        }
        else if (message.HasRawData && (message.RawData.Length > 0 || length == 0))
        {
            if (message.RawData.Length != bytes) { throw WrongCount(what, type, sizes, bytes, "bytes", message.RawData.Length); }
            elements = Own(message.RawData);
        }
        else
        {
            elements = Listed(message, type, sizes, length, what);
        }
        if (type == ElementType.Boolean)
        {
            foreach (ref byte element in elements.AsSpan()) { element = element == 0 ? (byte)0 : (byte)1; }
        }
        return new Tensor(type, new Shape(sizes), elements);
    }

    private static (int[] Sizes, long Length) Sizes(RepeatedField<long> dims, string what)
    {
        if (dims.Count > MaximumRank)
        {
            throw new QuantizationException($"{what} has {dims.Count} axes; expected at most {MaximumRank}.");
        }
        int[] sizes = new int[dims.Count];
        UInt128 length = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (dims[i] is < 0 or > int.MaxValue)
            {
                throw new QuantizationException($"{what} has size {dims[i]} on axis {i}; expected 0 to {int.MaxValue}. The file is damaged or the model too large.");
            }
            sizes[i] = (int)dims[i];
            length = UInt128.Min(length * (ulong)dims[i], long.MaxValue);
        }
        return (sizes, (long)length);
    }

    /// <summary>The message's own bytes where they can be had without a copy: the message is dropped after reading.</summary>
    private static byte[] Own(ByteString raw) =>
        MemoryMarshal.TryGetArray(raw.Memory, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : raw.ToByteArray();

    private static byte[] Listed(TensorProto message, ElementType type, int[] sizes, long length, string what)
    {
        int found = type switch
        {
            ElementType.Float32 => message.FloatData.Count,
            ElementType.Float64 => message.DoubleData.Count,
            ElementType.Int64 => message.Int64Data.Count,
            ElementType.UInt64 or ElementType.UInt32 => message.Uint64Data.Count,
            _ => message.Int32Data.Count,
        };
        if (found != length) { throw WrongCount(what, type, sizes, length, "elements", found); }
        return type switch
        {
            ElementType.Float32 => Convert(message.FloatData, value => value),
            ElementType.Float64 => Convert(message.DoubleData, value => value),
            ElementType.Int64 => Convert(message.Int64Data, value => value),
            ElementType.UInt64 => Convert(message.Uint64Data, value => value),
            ElementType.UInt32 => Convert(message.Uint64Data, value => Narrow<ulong, uint>(value, uint.CreateTruncating(value), what, type)),
            ElementType.Int32 => Convert(message.Int32Data, value => value),
            ElementType.Int16 => Convert(message.Int32Data, value => Narrow(value, (short)value, what, type)),
            // A float16 travels as its bits.
            ElementType.UInt16 or ElementType.Float16 => Convert(message.Int32Data, value => Narrow(value, (ushort)value, what, type)),
            ElementType.Int8 => Convert(message.Int32Data, value => Narrow(value, (sbyte)value, what, type)),
            ElementType.Boolean => Convert(message.Int32Data, value => value == 0 ? (byte)0 : (byte)1),
            _ => Convert(message.Int32Data, value => Narrow(value, (byte)value, what, type)),
        };
    }

    private static byte[] Convert<TFrom, TTo>(RepeatedField<TFrom> values, Func<TFrom, TTo> convert) where TTo : unmanaged
    {
        var result = new TTo[values.Count];
        for (int i = 0; i < result.Length; i++) { result[i] = convert(values[i]); }
        return MemoryMarshal.AsBytes(result.AsSpan()).ToArray();
    }

    private static TTo Narrow<TFrom, TTo>(TFrom value, TTo narrowed, string what, ElementType type)
        where TFrom : System.Numerics.INumberBase<TFrom>
        where TTo : unmanaged, System.Numerics.INumberBase<TTo> =>
        TFrom.CreateTruncating(narrowed) == value
            ? narrowed
            : throw new QuantizationException($"{what} holds {value}, which is no {type.Name()}; expected values in the range of its type. The file is damaged.");

    private static QuantizationException WrongCount(string what, ElementType type, int[] sizes, long expected, string unit, long found) => new(
        $"{what}, declared as {type.Name()}[{string.Join(", ", sizes)}], needs {(expected == long.MaxValue ? "over 2^60" : expected)} {unit}; found {found}. The file is damaged or cut off.");
}
