using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Fitting calibrates a float network on the data and converts it to int8: <see cref="ObserveEstimator"/> and <see cref="ConvertStaticEstimator"/> in one step.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeStatic(TransformsCatalog, string, string, QuantizableModel, QConfigMapping)"/>.</remarks>
public sealed class QuantizeStaticEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly QuantizableModel _model;
    private readonly QuantizeObserveOptions _options;
    private readonly NetworkColumns _columns;

    internal QuantizeStaticEstimator(QuantizableModel model, QuantizeObserveOptions options) =>
        (_model, _options, _columns) = (model, options, NetworkColumns.From(model, options));

    /// <summary>Reads the view once, in memory that does not grow with its rows, and converts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    /// <exception cref="QuantizationException">A value is NaN, a key is missing, or the configuration cannot be met.</exception>
    public QuantizedModelTransformer Fit(IDataView input)
    {
        QuantizedModel model = new Calibrator(_model, _columns, _options).Run(input, "Observe", []).Convert();
        return new(model, _columns.Score(input.Schema) with { Network = new RowNetwork(model.Graph, _options.ToExecution()) }, _options.MLContext);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.Append(inputSchema, _columns.Score());
}
