namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>A file that appears whole or not at all: it is written under another name beside its place and then renamed.</summary>
internal static class OutputFile
{
    /// <summary>Refuses, before any work is done, a place where no file can be written.</summary>
    /// <param name="path">The place.</param>
    /// <param name="read">Files that the result is made from; the result must not take the place of one of them.</param>
    /// <exception cref="QuantizationException">The place is a folder, a device or a file that is read, or its folder does not exist.</exception>
    public static void CheckPlace(string path, params ReadOnlySpan<string> read)
    {
        if (path.Length == 0) { throw new QuantizationException("The name of the result is empty; name a file."); }
        if (Directory.Exists(path)) { throw new QuantizationException($"'{path}' is a folder; name a file for the result."); }
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        // Renaming onto a device replaces the device, where the user may do that.
        if (!OperatingSystem.IsWindows() && folder == "/dev") { throw new QuantizationException($"'{path}' is a device; name a file for the result."); }
        foreach (string file in read)
        {
            if (file.Length > 0 && Path.GetFullPath(file) == full) { throw new QuantizationException($"The result would replace '{file}', which it is made from; give it another name."); }
        }
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
