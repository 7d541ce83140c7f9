namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// A model file and, when its weights are too large for it, a data file beside it. Both are written under temporary names and take
/// their own only when they are complete, the model last.
/// </summary>
internal sealed class FilePair : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;

    /// <summary>Files for a model at <paramref name="path"/>.</summary>
    /// <exception cref="QuantizationException">The path names a folder, or one in a folder that does not exist.</exception>
    public FilePair(string path)
    {
        try
        {
            _path = Path.GetFullPath(path);
        }
        catch (ArgumentException exception)
        {
            throw new QuantizationException($"'{path}' is no path for a model file: {exception.Message}", exception);
        }
        string folder = Path.GetDirectoryName(_path) ?? _path;
        if (Directory.Exists(_path)) { throw new QuantizationException($"Model file '{path}' cannot be written: it is a folder. Give the name of a file."); }
        if (!Directory.Exists(folder)) { throw new QuantizationException($"Model file '{path}' cannot be written: folder '{folder}' does not exist. Create it first."); }
        _temporary = Path.Combine(folder, "." + Path.GetRandomFileName());
    }

    /// <summary>Where the model is written until it is complete.</summary>
    public string Model => _temporary + ".onnx";

    /// <summary>Where the data file is written until it is complete.</summary>
    public string Data => _temporary + ".data";

    /// <summary>How the model refers to its data file.</summary>
    public string DataName => Path.GetFileName(_path) + ".data";

    /// <summary>Does something with a file, turning what the system refuses into a message.</summary>
    /// <exception cref="QuantizationException">The file cannot be written.</exception>
    public void Write(string file, Action<Stream> write) => Try(() =>
    {
        using FileStream stream = File.Create(file);
        write(stream);
    });

    /// <summary>Does something with the files, turning what the system refuses into a message.</summary>
    /// <exception cref="QuantizationException">The system refused.</exception>
    public void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new QuantizationException($"Model file '{_path}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Gives the complete files their names.</summary>
    /// <exception cref="QuantizationException">The system refused.</exception>
    public void Commit() => Try(() =>
    {
        if (File.Exists(Data)) { File.Move(Data, _path + ".data", overwrite: true); }
        File.Move(Model, _path, overwrite: true);
    });

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        foreach (string file in (string[])[Model, Data])
        {
            // A leftover must not hide the error that left it.
            try { File.Delete(file); }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException) { }
        }
    }
}
