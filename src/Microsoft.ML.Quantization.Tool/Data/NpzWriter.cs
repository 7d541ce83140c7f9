using System.IO.Compression;

namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>Writes <c>.npz</c> files that <c>numpy.load</c> reads. The same arrays give the same bytes: given order, date 1980-01-01, stored.</summary>
internal static class NpzWriter
{
    private static readonly DateTimeOffset s_date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the arrays, in order, to <paramref name="path"/>.</summary>
    /// <exception cref="QuantizationException">A name is given twice or is like a path.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> arrays)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.ReadWrite);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in arrays)
        {
            ArrayName.Check(path, name);
            if (!names.Add(name)) { throw new QuantizationException($"'{path}' would have two arrays '{name}'; give each output of the model a name of its own."); }
            ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression);
            entry.LastWriteTime = s_date;
            entry.ExternalAttributes = 0;
            using Stream content = entry.Open();
            NpyHeader.Write(content, tensor);
            content.Write(tensor.Bytes);
        }
    }
}
