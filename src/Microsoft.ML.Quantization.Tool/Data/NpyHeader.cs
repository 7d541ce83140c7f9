using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>What stands before the numbers of a <c>.npy</c> array: element type, axes, order.</summary>
/// <remarks>The format is NumPy's <c>numpy.lib.format</c>, versions 1.0 to 3.0.</remarks>
/// <param name="Type">Element type.</param>
/// <param name="IsFortranOrder">True when the first axis runs fastest.</param>
/// <param name="Sizes">Axis sizes, outermost first.</param>
internal sealed record NpyHeader(ElementType Type, bool IsFortranOrder, ImmutableArray<long> Sizes)
{
    /// <summary>Longest header text read; NumPy itself refuses more than 10,000 bytes.</summary>
    public const int LongestText = 10_000;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Bytes the numbers occupy, or null when that is more than 63 bits can count.</summary>
    public long? DataBytes
    {
        get
        {
            Int128 bytes = Type.SizeInBytes();
            foreach (long size in Sizes)
            {
                bytes *= size;
                if (bytes > long.MaxValue) { return Sizes.Contains(0) ? 0 : null; }
            }
            return (long)bytes;
        }
    }

    /// <summary>The axes as NumPy prints them: <c>(4, 1)</c>.</summary>
    public string Axes => $"({string.Join(", ", Sizes.Select(size => size.ToString(CultureInfo.InvariantCulture)))})";

    /// <summary>Reads the header and leaves <paramref name="stream"/> at the first number.</summary>
    /// <exception cref="QuantizationException">The bytes are not such a header; the message goes on after the array's name.</exception>
    public static NpyHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[8];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start[..6].SequenceEqual(Magic))
        {
            throw new QuantizationException("is not a .npy array: it does not begin with NumPy's mark");
        }
        if (start[6] is not (1 or 2 or 3) || start[7] != 0)
        {
            throw new QuantizationException($"has .npy version {start[6]}.{start[7]}; expected 1.0, 2.0 or 3.0");
        }
        Span<byte> lengthBytes = stackalloc byte[start[6] == 1 ? 2 : 4];
        ReadAll(stream, lengthBytes);
        long length = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > LongestText)
        {
            throw new QuantizationException($"declares a header of {length} bytes; expected at most {LongestText}");
        }
        byte[] text = new byte[length];
        ReadAll(stream, text);
        return NpyHeaderText.Parse((start[6] == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text));
    }

    /// <summary>Writes a version 1.0 header for <paramref name="tensor"/>, padded to 64 bytes as NumPy pads it.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        string axes = string.Join(", ", tensor.Shape.Sizes.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        string text = $"{{'descr': '{NpyType.Descriptor(tensor.Type)}', 'fortran_order': False, 'shape': ({axes}{(tensor.Shape.Rank == 1 ? "," : "")}), }}";
        const int Before = 10;
        int total = (Before + text.Length + 1 + 63) / 64 * 64;
        byte[] header = new byte[total];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        (header[6], header[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - Before));
        Encoding.ASCII.GetBytes(text, header.AsSpan(Before));
        header[^1] = (byte)'\n';
        stream.Write(header);
    }

    private static void ReadAll(Stream stream, Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new QuantizationException("ends inside its header; the file is truncated");
        }
    }
}
