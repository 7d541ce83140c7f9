using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Quantization.Tool.Tests.Data;

/// <summary>Writes <c>.npz</c> files byte by byte, so that a test can write wrong ones.</summary>
internal static class NpzBuilder
{
    /// <summary>The bytes of a <c>.npy</c> array with the given header text.</summary>
    public static byte[] Npy(string header, ReadOnlySpan<byte> data, int version = 1)
    {
        byte[] text = Encoding.UTF8.GetBytes(header + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. data];
    }

    /// <summary>The bytes of an array as numpy writes it.</summary>
    public static byte[] Npy(string descriptor, string shape, ReadOnlySpan<byte> data, bool fortran = false) =>
        Npy($"{{'descr': '{descriptor}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}", data);

    public static string Zip(string path, CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in entries)
        {
            using Stream stream = archive.CreateEntry(name, level).Open();
            stream.Write(content);
        }
        return path;
    }

    public static string Zip(string path, params (string Name, byte[] Content)[] entries) => Zip(path, CompressionLevel.NoCompression, entries);
}
