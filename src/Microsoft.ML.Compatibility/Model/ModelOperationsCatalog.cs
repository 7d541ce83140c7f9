using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Model files and prediction engines. The file is a zip archive of this assembly's own layout.</summary>
public sealed class ModelOperationsCatalog
{
    private const string LoaderFolder = "Model";

    private readonly IHostEnvironment _environment;

    internal ModelOperationsCatalog(IHostEnvironment environment) => _environment = environment;

    public void Save<TSource>(ITransformer model, IDataLoader<TSource> loader, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(loader);
        ArgumentNullException.ThrowIfNull(stream);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        ModelSaveContext.Save(archive, LoaderFolder, new CompositeDataLoader<TSource, ITransformer>(loader, model is null ? null : new(model)));
    }

    public void Save<TSource>(ITransformer model, IDataLoader<TSource> loader, string filePath)
    {
        ArgumentNullException.ThrowIfNull(loader);
        Errors.RequireNotEmpty(filePath, nameof(filePath));
        NewFile.Write(filePath, stream => Save(model, loader, stream));
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        ModelSaveContext.Save(archive, ModelKinds.TransformerFolder, model ?? new TransformerChain<ITransformer>());
        if (inputSchema is not null) { SchemaFile.Write(archive, inputSchema); }
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        Errors.RequireNotEmpty(filePath, nameof(filePath));
        NewFile.Write(filePath, stream => Save(model, inputSchema, stream));
    }

    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using ZipArchive archive = Open(stream);
        if (archive.GetEntry($"{LoaderFolder}/Model") is null)
        {
            inputSchema = SchemaFile.ReadOrNull(archive);
            return ModelLoadContext.Load(archive, ModelKinds.TransformerFolder, _environment);
        }
        ITransformer model = LoadWithLoader(archive, out IDataLoader<IMultiStreamSource> loader);
        inputSchema = loader.GetOutputSchema();
        return model;
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        Errors.RequireNotEmpty(filePath, nameof(filePath));
        using FileStream stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    public ITransformer LoadWithDataLoader(Stream stream, out IDataLoader<IMultiStreamSource> loader)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using ZipArchive archive = Open(stream);
        if (archive.GetEntry($"{LoaderFolder}/Model") is null)
        {
            throw new InvalidOperationException("Model does not contain an IDataLoader. Perhaps this was saved with an DataViewSchema, " +
                "or even no information on its input at all. Consider using the Load method instead.");
        }
        return LoadWithLoader(archive, out loader);
    }

    public ITransformer LoadWithDataLoader(string filePath, out IDataLoader<IMultiStreamSource> loader)
    {
        Errors.RequireNotEmpty(filePath, nameof(filePath));
        using FileStream stream = File.OpenRead(filePath);
        return LoadWithDataLoader(stream, out loader);
    }

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer,
        bool ignoreMissingColumns = true, SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
        where TSrc : class
        where TDst : class, new() => new(transformer, new()
        {
            IgnoreMissingColumns = ignoreMissingColumns,
            InputSchemaDefinition = inputSchemaDefinition,
            OutputSchemaDefinition = outputSchemaDefinition,
        });

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, DataViewSchema inputSchema)
        where TSrc : class
        where TDst : class, new() => new(transformer, new()
        {
            IgnoreMissingColumns = false,
            InputSchemaDefinition = SchemaDefinition.Create(typeof(TSrc), inputSchema),
        });

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, PredictionEngineOptions options)
        where TSrc : class
        where TDst : class, new() => new(transformer, options);

    private static ZipArchive Open(Stream stream)
    {
        try
        {
            return new(stream, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException error)
        {
            throw new FormatException("Failed to open a zip archive", error);
        }
    }

    private ITransformer LoadWithLoader(ZipArchive archive, out IDataLoader<IMultiStreamSource> loader)
    {
        loader = ModelLoadContext.LoadLoader(archive, LoaderFolder, _environment);
        if (loader is not CompositeDataLoader<IMultiStreamSource, ITransformer> composite) { return new TransformerChain<ITransformer>(); }
        loader = composite.Loader;
        return composite.Transformer.Count() == 1 ? composite.Transformer.Single() : composite.Transformer;
    }
}
