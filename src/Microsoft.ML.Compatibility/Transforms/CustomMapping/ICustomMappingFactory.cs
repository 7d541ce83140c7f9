namespace Microsoft.ML.Transforms;

/// <summary>Makes a custom mapping again whose code is not in the model file.</summary>
internal interface ICustomMappingFactory
{
    ITransformer CreateTransformer(string contractName);
}
