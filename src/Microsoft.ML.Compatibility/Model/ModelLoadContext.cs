using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>One folder of a model file while it is read.</summary>
internal sealed class ModelLoadContext(ZipArchive archive, string folder, BinaryReader reader, IHostEnvironment environment)
{
    public BinaryReader Reader => reader;

    public IHostEnvironment Environment => environment;

    public static ITransformer Load(ZipArchive archive, string folder, IHostEnvironment environment) => Read(archive, folder, environment, ModelKinds.Load);

    public static IDataLoader<IMultiStreamSource> LoadLoader(ZipArchive archive, string folder, IHostEnvironment environment) =>
        Read(archive, folder, environment, ModelKinds.LoadLoader);

    public ITransformer LoadInner(string inner) => Load(archive, $"{folder}/{inner}", environment);

    public IDataLoader<IMultiStreamSource> LoadInnerLoader(string inner) => LoadLoader(archive, $"{folder}/{inner}", environment);

    private static T Read<T>(ZipArchive archive, string folder, IHostEnvironment environment, Func<string, ModelLoadContext, T> load)
    {
        ZipArchiveEntry entry = archive.GetEntry($"{folder}/Model") ?? throw new FormatException($"The file holds no model in '{folder}'.");
        using Stream stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        memory.Position = 0;
        using var reader = new BinaryReader(memory, Encoding.UTF8);
        return load(reader.ReadString(), new(archive, folder, reader, environment));
    }
}
