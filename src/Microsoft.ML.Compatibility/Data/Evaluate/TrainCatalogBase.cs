namespace Microsoft.ML;

/// <summary>What the catalogs of the prediction tasks have in common. Trainers and cross-validation are not part of this subset.</summary>
public abstract class TrainCatalogBase
{
    private protected TrainCatalogBase()
    {
    }
}
