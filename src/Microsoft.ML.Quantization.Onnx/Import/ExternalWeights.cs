using System.Globalization;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Reads the elements of constants that lie in other files. A model may name files in its own folder and below, nowhere else: a file
/// from a stranger must not read others. Ranges are checked against the file before anything is allocated.
/// </summary>
/// <param name="folder">The model's folder; null when the model was read from a stream.</param>
internal sealed class ExternalWeights(string? folder)
{
    // Constants may share a range, but a small file cannot be read into a thousand constants.
    private const int MostReadings = 4;

    private readonly Dictionary<string, long> _bytesRead = new(StringComparer.Ordinal);

    /// <summary>The bytes that the entries of <c>external_data</c> point to.</summary>
    /// <exception cref="QuantizationException">The place is outside the model's folder or the file, or has another length.</exception>
    public byte[] Read(IEnumerable<StringStringEntryProto> entries, long bytes, string what)
    {
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (StringStringEntryProto entry in entries)
        {
            switch (entry.Key)
            {
                case "location": location = entry.Value; break;
                case "offset": offset = Number(entry, what); break;
                case "length": length = Number(entry, what); break;
                default: break;
            }
        }
        if (string.IsNullOrEmpty(location)) { throw new QuantizationException($"{what} is stored outside the model but names no location; expected the name of a file. Export the model again."); }
        if (length is not null && length != bytes) { throw new QuantizationException($"{what} needs {bytes} bytes; its external data has length {length}. The file is damaged."); }

        string path = Resolve(location, what);
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (offset > stream.Length || bytes > stream.Length - offset)
            {
                throw new QuantizationException($"{what} needs {bytes} bytes from {offset} of '{location}', which has {stream.Length}; expected a range inside the file. The file is cut off or belongs to another model.");
            }
            long total = _bytesRead.GetValueOrDefault(path) + bytes;
            if (total / MostReadings > stream.Length) { throw new QuantizationException($"{what} and others read '{location}' more than {MostReadings} times over; expected ranges that do not overlap."); }
            _bytesRead[path] = total;
            byte[] result = new byte[bytes];
            stream.Position = offset;
            stream.ReadExactly(result);
            return result;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new QuantizationException($"{what} is stored in '{location}', which was not found beside the model. Copy that file to the model's folder.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new QuantizationException($"{what} is stored in '{location}', which cannot be read: {exception.Message}", exception);
        }
    }

    private string Resolve(string location, string what)
    {
        if (folder is null)
        {
            throw new QuantizationException($"{what} is stored in '{location}', but the model was read from a stream and has no folder. Load it by path, or set {nameof(OnnxImportOptions)}.{nameof(OnnxImportOptions.WeightsFolder)}.");
        }
        // Both separators and drive letters count on every system: the same file gets the same answer everywhere.
        string[] parts = location.Split('/', '\\');
        if (parts[0].Length == 0 || parts.Contains("..") || location.Contains(':') || location.Contains('\0'))
        {
            throw new QuantizationException($"{what} is stored in '{location.Replace('\0', '?')}', which is outside the model's folder; expected a relative path without '..'. Move the weights beside the model.");
        }
        string path = Path.Combine([folder, .. parts]);
        string current = folder;
        foreach (string part in parts)
        {
            current = Path.Combine(current, part);
            FileSystemInfo info = Directory.Exists(current) ? new DirectoryInfo(current) : new FileInfo(current);
            if (info.Exists && info.LinkTarget is not null && !IsBelow(folder, Target(info, what, location)))
            {
                throw new QuantizationException($"{what} is stored in '{location}', a link that leaves the model's folder. Copy the file there.");
            }
        }
        return path;
    }

    private static string Target(FileSystemInfo link, string what, string location)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link.FullName;
        }
        catch (IOException exception)
        {
            throw new QuantizationException($"{what} is stored in '{location}', a link that leads nowhere: {exception.Message}", exception);
        }
    }

    private static bool IsBelow(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative.Split(Path.DirectorySeparatorChar)[0] != "..";
    }

    private static long Number(StringStringEntryProto entry, string what) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new QuantizationException($"{what} has external {entry.Key} '{entry.Value}'; expected a whole number of bytes.");
}
