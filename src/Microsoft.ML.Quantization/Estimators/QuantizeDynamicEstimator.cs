using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Scores with a network whose weights are 8-bit codes and whose activations are quantized while it runs, each row by its own range. Fitting reads no
/// row.
/// </summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeDynamic(TransformsCatalog, string, string, QuantizableModel, QConfigMapping)"/>.</remarks>
public sealed class QuantizeDynamicEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly QuantizedNetworkColumns _columns;

    internal QuantizeDynamicEstimator(QuantizableModel model, QConfigMapping? qconfigs, ScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        DynamicQuantizationOptions settings = qconfigs is null ? new() : new() { QConfigs = qconfigs };
        _columns = new(ModelQuantizer.QuantizeDynamic(model.Graph, settings), options);
    }

    /// <summary>Checks the columns of the view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    public QuantizedModelTransformer Fit(IDataView input) => _columns.Fit(input);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.GetOutputSchema(inputSchema);
}
