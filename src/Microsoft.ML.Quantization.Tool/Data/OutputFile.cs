namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>A file that appears whole or not at all: it is written under another name beside its place and then renamed.</summary>
internal static class OutputFile
{
    /// <summary>Refuses, before any work is done, a place where no file can be written.</summary>
    /// <exception cref="QuantizationException">The place is a folder, or its folder does not exist.</exception>
    public static void CheckPlace(string path)
    {
        if (path.Length == 0 || Directory.Exists(path)) { throw new QuantizationException($"'{path}' is a folder; name a file for the result."); }
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) { throw new QuantizationException($"The result goes to '{path}', but there is no folder '{folder}'; create it first."); }
    }

    /// <summary>Lets <paramref name="write"/> write to the path it is given, then moves that file to <paramref name="path"/>.</summary>
    /// <exception cref="QuantizationException">The file cannot be written; nothing is left behind.</exception>
    public static void Write(string path, Action<string> write)
    {
        CheckPlace(path);
        string full = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            write(temporary);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new QuantizationException($"'{path}' cannot be written: {error.Message}", error);
        }
        finally
        {
            if (File.Exists(temporary)) { File.Delete(temporary); }
        }
    }
}
