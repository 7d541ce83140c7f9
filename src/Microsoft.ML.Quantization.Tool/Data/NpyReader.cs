using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>Reads one <c>.npy</c> array. Memory is taken only for bytes that are there: a header that promises more is refused first.</summary>
internal static class NpyReader
{
    /// <summary>DEFLATE cannot make more than 1032 bytes of one; a header that promises more than this many lies.</summary>
    private const long MostBytesPerCompressedByte = 1_040;

    /// <summary>Reads header and numbers.</summary>
    /// <param name="stream">The array's bytes.</param>
    /// <param name="length">How many bytes the container says there are.</param>
    /// <param name="storedLength">How many bytes they occupy in the container.</param>
    /// <exception cref="QuantizationException">The array is not one or not whole; the message goes on after the array's name.</exception>
    public static Tensor Read(CheckedStream stream, long length, long storedLength)
    {
        NpyHeader header = NpyHeader.Read(stream);
        long present = length - stream.Position;
        if (header.DataBytes is not long expected || expected != present || expected > storedLength * MostBytesPerCompressedByte)
        {
            throw new QuantizationException(
                $"declares shape {header.Axes} of {header.Type.Name()}, {header.DataBytes?.ToString("N0") ?? "more than 2^63"} bytes, but {Math.Min(present, storedLength * MostBytesPerCompressedByte):N0} bytes are present; the file is damaged");
        }
        if (expected > Array.MaxLength || header.Sizes.Any(size => size > int.MaxValue))
        {
            throw new QuantizationException($"has shape {header.Axes}, {expected:N0} bytes; at most {Array.MaxLength:N0} can be read at once; split the rows over several files");
        }
        byte[] bytes = new byte[expected];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || stream.ReadByte() >= 0)
        {
            throw new QuantizationException($"does not hold the {expected:N0} bytes its header declares; the file is damaged");
        }
        var tensor = new Tensor(header.Type, new Shape([.. header.Sizes.Select(size => (int)size)]), bytes);
        return header.IsFortranOrder && header.Sizes.Length > 1 ? FromFortranOrder(tensor) : tensor;
    }

    /// <summary>The same array with its last axis running fastest.</summary>
    private static Tensor FromFortranOrder(Tensor tensor)
    {
        ImmutableArray<int> sizes = tensor.Shape.Sizes;
        int element = tensor.Type.SizeInBytes();
        var result = new Tensor(tensor.Type, tensor.Shape);
        Span<byte> source = tensor.Bytes;
        Span<byte> target = result.Bytes;
        int[] index = new int[sizes.Length];
        for (int position = 0; position < tensor.Length; position++)
        {
            long from = 0;
            for (int axis = sizes.Length - 1; axis >= 0; axis--) { from = from * sizes[axis] + index[axis]; }
            source.Slice((int)(from * element), element).CopyTo(target[(position * element)..]);
            for (int axis = sizes.Length - 1; axis >= 0 && ++index[axis] == sizes[axis]; axis--) { index[axis] = 0; }
        }
        return result;
    }
}
