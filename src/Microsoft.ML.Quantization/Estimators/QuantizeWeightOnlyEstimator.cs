using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Scores with a network whose weights are 8- or 4-bit codes and whose products stay float: a smaller file, and scores close to the float ones. Fitting reads no row.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeWeightOnly(TransformsCatalog, string, string, QuantizableModel, WeightOnlyOptions)"/>.</remarks>
public sealed class QuantizeWeightOnlyEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly QuantizedNetworkColumns _columns;

    internal QuantizeWeightOnlyEstimator(QuantizableModel model, WeightOnlyOptions? weights, ScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        _columns = new(ModelQuantizer.QuantizeWeightOnly(model.Graph, weights), options);
    }

    /// <summary>Checks the columns of the view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    public QuantizedModelTransformer Fit(IDataView input) => _columns.Fit(input);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.GetOutputSchema(inputSchema);
}
