namespace Microsoft.ML;

/// <summary>Files that appear complete or not at all, and replace an old one only when they are complete.</summary>
internal static class NewFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path), temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = File.Create(temporary)) { write(stream); }
            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
