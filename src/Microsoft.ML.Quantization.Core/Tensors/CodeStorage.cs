using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization;

/// <summary>The codes that a tensor and its views share: bytes of one quantized type, growing when a tensor is resized.</summary>
internal sealed class CodeStorage
{
    private byte[] _bytes;

    /// <summary>A storage over <paramref name="bytes"/>, which it keeps.</summary>
    public CodeStorage(ElementType type, byte[] bytes) => (Type, _bytes) = (type, bytes);

    /// <summary>A storage of zero codes.</summary>
    public CodeStorage(ElementType type, int length) : this(type, new byte[BytesOf(type, length)])
    {
    }

    /// <summary>The quantized type.</summary>
    public ElementType Type { get; }

    /// <summary>Number of codes; 4-bit storages have room for an even number.</summary>
    public long Length => Type == ElementType.QUInt4x2 ? _bytes.LongLength * 2 : _bytes.LongLength / Type.SizeInBytes();

    /// <summary>All bytes.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>Bytes that <paramref name="length"/> codes occupy.</summary>
    public static int BytesOf(ElementType type, int length) => type == ElementType.QUInt4x2 ? (length + 1) / 2 : checked(length * type.SizeInBytes());

    /// <summary>One code.</summary>
    public int this[int index]
    {
        get => Type switch
        {
            ElementType.QUInt8 => _bytes[index],
            ElementType.QInt8 => (sbyte)_bytes[index],
            ElementType.QUInt4x2 => index % 2 == 0 ? _bytes[index / 2] & 15 : _bytes[index / 2] >> 4,
            _ => MemoryMarshal.Cast<byte, int>(Bytes)[index],
        };
        set
        {
            switch (Type)
            {
                case ElementType.QUInt8 or ElementType.QInt8: _bytes[index] = (byte)value; break;
                case ElementType.QUInt4x2:
                    byte pair = _bytes[index / 2];
                    _bytes[index / 2] = (byte)(index % 2 == 0 ? pair & 0xF0 | value & 15 : pair & 0x0F | (value & 15) << 4);
                    break;
                default: MemoryMarshal.Cast<byte, int>(Bytes)[index] = value; break;
            }
        }
    }

    /// <summary>Makes room for <paramref name="length"/> codes; the codes so far stay, new ones are 0.</summary>
    public void Grow(int length)
    {
        int bytes = BytesOf(Type, length);
        if (bytes > _bytes.Length) { Array.Resize(ref _bytes, bytes); }
    }
}
