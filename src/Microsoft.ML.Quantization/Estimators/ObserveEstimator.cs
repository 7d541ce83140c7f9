using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Fitting runs the float network over the data and remembers the range of every activation, for the conversion that follows.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeObserve(TransformsCatalog, string, string, QuantizableModel, Graphs.QConfigMapping)"/>.</remarks>
public sealed class ObserveEstimator : IEstimator<ObserveTransformer>
{
    private readonly QuantizableModel _model;
    private readonly QuantizeObserveOptions _options;
    private readonly NetworkColumns _columns;

    internal ObserveEstimator(QuantizableModel model, QuantizeObserveOptions options)
    {
        (_model, _options, _columns) = (model, options, NetworkColumns.From(model, options));
        _columns.RequireOtherOutputs("QuantizeObserve");
    }

    /// <summary>Reads the view once, in memory that does not grow with its rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    /// <exception cref="QuantizationException">A value is NaN, a key is missing, or the configuration cannot be met.</exception>
    public ObserveTransformer Fit(IDataView input)
    {
        CalibrationResult result = new Calibrator(_model, _columns, _options).Run(input, "Observe", []);
        return new(_columns.Score(input.Schema, () => result), result);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _columns.Append(inputSchema, _columns.Score(() => throw new InvalidOperationException("A shape has no calibration.")));
}
