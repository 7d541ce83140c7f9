using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>Fashion-MNIST: images of 28 × 28 and ten classes, in IDX files.</summary>
public static class FashionMnist
{
    private const float Mean = 0.2860f;
    private const float Deviation = 0.3530f;

    /// <summary>(pixel / 255 − 0.2860) / 0.3530 in float32, and the class.</summary>
    public static ReferenceSet Classification(bool training)
    {
        Tensor images = Images(training);
        foreach (ref float pixel in images.AsSpan<float>()) { pixel = (pixel - Mean) / Deviation; }
        return new(images, Labels(training));
    }

    /// <summary>pixel / 255, and the same again as the right answer.</summary>
    public static ReferenceSet Reconstruction(bool training)
    {
        Tensor images = Images(training);
        return new(images, images);
    }

    private static Tensor Images(bool training)
    {
        (int[] sizes, byte[] pixels) = Idx($"{Part(training)}-images-idx3-ubyte.gz");
        var images = new Tensor(ElementType.Float32, new Shape(sizes[0], 1, sizes[1], sizes[2]));
        Span<float> target = images.AsSpan<float>();
        for (int i = 0; i < target.Length; i++) { target[i] = pixels[i] / 255f; }
        return images;
    }

    private static Tensor Labels(bool training) => Tensor.Create<long>([.. Idx($"{Part(training)}-labels-idx1-ubyte.gz").Values.Select(label => (long)label)]);

    private static string Part(bool training) => training ? "train10k" : "t10k";

    // IDX: two zero bytes, a type (8 is unsigned byte), the number of axes, each axis as big-endian int32, then the values.
    private static (int[] Sizes, byte[] Values) Idx(string name)
    {
        using var unpacked = new MemoryStream();
        using (var stream = new GZipStream(File.OpenRead(RepositoryFolder.At("examples", "data", "fashion-mnist", name)), CompressionMode.Decompress)) { stream.CopyTo(unpacked); }
        byte[] bytes = unpacked.ToArray();
        int[] sizes = [.. Enumerable.Range(0, bytes[3]).Select(axis => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + 4 * axis)))];
        return (sizes, bytes[(4 + 4 * sizes.Length)..]);
    }
}
