namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>A file of named arrays whose first axis counts rows: <c>.npz</c>, or <c>.csv</c> as one array and its label.</summary>
internal abstract class DataFile : IDisposable
{
    /// <summary>Opens a data file; its ending says which kind it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">Which column of a <c>.csv</c> file is not a feature; <c>label</c> unless given.</param>
    /// <param name="memoryLimit">Bytes that its arrays may take together; left out, 64 MB and 8 times the file.</param>
    /// <exception cref="QuantizationException">The file is missing or is not what its ending says.</exception>
    public static DataFile Open(string path, string? label = null, long? memoryLimit = null)
    {
        if (Directory.Exists(path)) { throw new QuantizationException($"'{path}' is a folder; expected a .npz or .csv file."); }
        if (!File.Exists(path)) { throw new QuantizationException($"There is no data file '{path}'; expected a .npz or .csv file."); }
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npz" => NpzFile.Load(path, memoryLimit),
            ".csv" => CsvFile.Load(path, label ?? CsvFile.DefaultLabel),
            _ => throw new QuantizationException($"'{path}' ends in '{Path.GetExtension(path)}'; expected .npz (numpy.savez) or .csv (with a header row)."),
        };
    }

    /// <summary>The file.</summary>
    public abstract string FilePath { get; }

    /// <summary>Names of the arrays, in the file's order.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether the features are a table of columns: one array that serves a model's only input whatever its name and axes.</summary>
    public virtual bool IsTable => false;

    /// <summary>Reads one array.</summary>
    /// <exception cref="QuantizationException">There is none of that name, or it is damaged.</exception>
    public abstract Tensor Read(string name);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Refuses a name the file does not have.</summary>
    protected QuantizationException Unknown(string name) =>
        new($"'{FilePath}' has no array '{name}'; it has {(Names.Count > 0 ? string.Join(", ", Names.Select(other => $"'{other}'")) : "none")}.");
}
