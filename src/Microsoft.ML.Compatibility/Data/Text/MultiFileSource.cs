namespace Microsoft.ML.Data;

/// <summary>Files, read one after the other. A name with wildcards stands for the files that match it.</summary>
public sealed class MultiFileSource : IMultiStreamSource
{
    private readonly string[] _paths;

    public MultiFileSource(params string[] paths)
    {
        if (paths is null or [null])
        {
            _paths = [];
            return;
        }
        string[] found = [.. paths.SelectMany(Expand)];
        _paths = found.Length > 0 ? found : paths;
    }

    public int Count => _paths.Length;

    public string GetPathOrNull(int index)
    {
        Require(index);
        return _paths[index];
    }

    public Stream Open(int index)
    {
        Require(index);
        try
        {
            return File.OpenRead(_paths[index]);
        }
        catch (Exception error)
        {
            throw new IOException($"Could not open file '{_paths[index]}'. Error is: {error.Message}", error);
        }
    }

    public TextReader OpenTextReader(int index) => new StreamReader(Open(index));

    /// <summary>The files of a pattern: several patterns are joined by '+', and '...' as the folder means the folders below too.</summary>
    internal static IEnumerable<string> Expand(string pattern)
    {
        foreach (string part in pattern.Split('+', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!part.Contains('*') && !part.Contains('?') && !part.Contains("..."))
            {
                if (File.Exists(part)) { yield return part; }
                continue;
            }
            string folder = Path.GetDirectoryName(part);
            bool below = Path.GetFileName(folder) == "...";
            if (below) { folder = Path.GetDirectoryName(folder); }
            if (string.IsNullOrEmpty(folder)) { folder = "."; }
            if (!Directory.Exists(folder)) { continue; }
            SearchOption depth = below ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
            foreach (string file in Directory.EnumerateFiles(folder, Path.GetFileName(part), depth).Order(StringComparer.Ordinal)) { yield return file; }
        }
    }

    private void Require(int index)
    {
        if (index < 0 || index >= Count) { throw new ArgumentOutOfRangeException(nameof(index)); }
    }
}
