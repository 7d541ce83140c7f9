using System.IO.Compression;
using System.Text;

namespace Microsoft.ML;

/// <summary>One folder of a model file while it is written: a kind, the values of the model, and folders of inner models.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly string _folder;
    private readonly MemoryStream _values = new();
    private string _kind;

    internal ModelSaveContext(ZipArchive archive, string folder)
    {
        (_archive, _folder) = (archive, folder);
        Writer = new BinaryWriter(_values, Encoding.UTF8);
    }

    internal BinaryWriter Writer { get; }

    /// <summary>Writes <paramref name="model"/> into its own folder.</summary>
    internal static void Save(ZipArchive archive, string folder, ICanSaveModel model)
    {
        using var context = new ModelSaveContext(archive, folder);
        model.Save(context);
        context.Commit();
    }

    internal void SaveInner(string folder, ICanSaveModel model) => Save(_archive, $"{_folder}/{folder}", model);

    /// <summary>Says how loading finds the reader of these values.</summary>
    internal void SetKind(string kind) => _kind = kind;

    public void Dispose() => Writer.Dispose();

    private void Commit()
    {
        if (_kind is null) { throw new InvalidOperationException($"A model wrote nothing into '{_folder}'."); }
        Writer.Flush();
        using var entry = new BinaryWriter(_archive.CreateEntry($"{_folder}/Model").Open(), Encoding.UTF8);
        entry.Write(_kind);
        entry.Write(_values.ToArray());
    }
}
