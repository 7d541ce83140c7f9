using System.Buffers.Binary;
using System.IO.Compression;

namespace PostTrainingStatic;

/// <summary>Reads Fashion-MNIST from its gzipped IDX files.</summary>
public static class FashionMnist
{
    private const int ImageMagic = 0x803;
    private const int LabelMagic = 0x801;

    /// <summary>All images of one part (<c>train10k</c> or <c>t10k</c>), normalised as in training.</summary>
    public static FashionImage[] Load(string folder, string part)
    {
        (int[] sizes, byte[] pixels) = ReadIdx(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), ImageMagic, axes: 3);
        (_, byte[] labels) = ReadIdx(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), LabelMagic, axes: 1);
        int length = sizes[1] * sizes[2];
        return [.. labels.Select((label, i) => new FashionImage { Features = Normalise(pixels.AsSpan(i * length, length)), Label = label })];
    }

    private static float[] Normalise(ReadOnlySpan<byte> pixels)
    {
        float[] features = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++) { features[i] = (pixels[i] / 255f - 0.2860f) / 0.3530f; }
        return features;
    }

    // An IDX file is a magic number and the size of each axis, as big-endian int32, and then one byte for each element.
    private static (int[] Sizes, byte[] Values) ReadIdx(string path, int magic, int axes)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        int found = ReadInt32(stream);
        if (found != magic) { throw new InvalidDataException($"{path} begins with {found:x}; expected {magic:x}."); }
        int[] sizes = [.. Enumerable.Range(0, axes).Select(_ => ReadInt32(stream))];
        byte[] values = new byte[sizes.Aggregate((a, b) => checked(a * b))];
        stream.ReadExactly(values);
        return (sizes, values);
    }

    private static int ReadInt32(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }
}
