using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Onnx;

namespace Microsoft.ML;

/// <summary>Which reader belongs to the kind of a saved model.</summary>
internal static class ModelKinds
{
    public const string TransformerFolder = "TransformerChain";
    public const string LoaderFolder = "Loader";

    public const string TextLoader = "TextLoader";
    public const string CompositeLoader = "CompositeLoader";
    public const string Chain = "Chain";
    public const string Copy = "Copy";
    public const string Concatenate = "Concatenate";
    public const string Select = "Select";
    public const string ValueToKey = "ValueToKey";
    public const string KeyToValue = "KeyToValue";
    public const string Onnx = "Onnx";
    public const string Normalize = "Normalize";
    public const string Convert = "Convert";
    public const string CustomMapping = "CustomMapping";

    public static ITransformer Load(string kind, ModelLoadContext context) => kind switch
    {
        Chain => LoadChain(context),
        Copy => new ColumnCopyingTransformer(context),
        Concatenate => new ColumnConcatenatingTransformer(context),
        Select => new ColumnSelectingTransformer(context),
        ValueToKey => new ValueToKeyMappingTransformer(context),
        KeyToValue => new KeyToValueMappingTransformer(context),
        Onnx => OnnxTransformer.Load(context),
        Normalize => new NormalizingTransformer(context),
        Convert => new TypeConvertingTransformer(context),
        CustomMapping => LoadCustomMapping(context),
        _ => throw new FormatException($"The file holds a model of the unknown kind '{kind}'."),
    };

    public static IDataLoader<IMultiStreamSource> LoadLoader(string kind, ModelLoadContext context) => kind switch
    {
        TextLoader => new TextLoader(context),
        CompositeLoader => new CompositeDataLoader<IMultiStreamSource, ITransformer>(
            context.LoadInnerLoader(LoaderFolder), (TransformerChain<ITransformer>)context.LoadInner(TransformerFolder)),
        _ => throw new FormatException($"The file holds a loader of the unknown kind '{kind}'."),
    };

    private static ITransformer LoadCustomMapping(ModelLoadContext context)
    {
        string contract = context.Reader.ReadString(), assembly = context.Reader.ReadString();
        var factory = (ICustomMappingFactory)context.Environment.ComponentCatalog.CreateExtension(typeof(CustomMappingFactoryAttributeAttribute), contract, assembly);
        return factory.CreateTransformer(contract);
    }

    private static TransformerChain<ITransformer> LoadChain(ModelLoadContext context)
    {
        int count = context.Reader.ReadInt32();
        TransformerScope[] scopes = [.. Enumerable.Range(0, count).Select(_ => (TransformerScope)context.Reader.ReadInt32())];
        return new(scopes.Select((_, i) => context.LoadInner($"Transform_{i:000}")).ToArray(), scopes);
    }
}
