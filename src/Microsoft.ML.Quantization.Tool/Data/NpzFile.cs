using System.IO.Compression;

namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>A <c>.npz</c> file: a ZIP archive of <c>.npy</c> arrays, stored or deflated. Arrays are read when asked for.</summary>
internal sealed class NpzFile : DataFile
{
    private const string Ending = ".npy";

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private readonly long _most;
    private long _read;

    private NpzFile(string path, ZipArchive archive, long most) => (FilePath, _archive, _most) = (path, archive, most);

    /// <inheritdoc/>
    public override string FilePath { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <summary>Opens the archive and lists its arrays.</summary>
    /// <exception cref="QuantizationException">The file is not a whole ZIP archive, or names an array twice or like a path.</exception>
    public static NpzFile Load(string path, long? memoryLimit = null)
    {
        FileStream stream = OpenStream(path);
        try
        {
            var file = new NpzFile(path, new ZipArchive(stream, ZipArchiveMode.Read), memoryLimit ?? MemoryRule.For(stream.Length));
            file.List();
            return file;
        }
        catch (Exception error) when (IsDamage(error))
        {
            stream.Dispose();
            throw new QuantizationException($"'{path}' is not a .npz file: it is not a whole ZIP archive ({error.Message.TrimEnd('.')}). Write it with numpy.savez.", error);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Tensor Read(string name)
    {
        if (!_entries.TryGetValue(name, out ZipArchiveEntry? entry)) { throw Unknown(name); }
        if (entry.Length > _most - _read)
        {
            throw new QuantizationException(
                $"Array '{name}' of '{FilePath}' unpacks to {entry.Length:N0} bytes, {_read:N0} are taken; expected at most {_most:N0} in all, 64 MB and {MemoryRule.PerByte} times the file unless --memory-limit is given. Raise it if the file is to be trusted.");
        }
        try
        {
            using var stream = new CheckedStream(entry.Open());
            Tensor tensor = NpyReader.Read(stream, entry.Length, entry.CompressedLength);
            _read += entry.Length;
            return stream.Checksum == entry.Crc32 ? tensor : throw new QuantizationException("does not match its checksum; the file is damaged");
        }
        catch (QuantizationException error)
        {
            throw new QuantizationException($"Array '{name}' of '{FilePath}' {error.Message}.", error);
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw new QuantizationException($"Array '{name}' of '{FilePath}' cannot be unpacked ({error.Message.TrimEnd('.')}); the file is damaged.", error);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _archive.Dispose();

    private static FileStream OpenStream(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new QuantizationException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static bool IsDamage(Exception error) => error is IOException or InvalidDataException or NotSupportedException or ArgumentException or OverflowException;

    private void List()
    {
        foreach (ZipArchiveEntry entry in _archive.Entries)
        {
            if (!entry.FullName.EndsWith(Ending, StringComparison.Ordinal)) { continue; }
            string name = entry.FullName[..^Ending.Length];
            ArrayName.Check(FilePath, name);
            if (!_entries.TryAdd(name, entry)) { throw new QuantizationException($"'{FilePath}' has two arrays '{name}'; expected one of each name."); }
            _names.Add(name);
        }
    }
}
