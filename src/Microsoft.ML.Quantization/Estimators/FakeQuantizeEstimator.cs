using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Fitting runs the float network over the data and remembers the range of every activation; the transformer then simulates the int8 network in
/// float. This version calibrates and does not train the weights.
/// </summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeAware(TransformsCatalog, string, string, QuantizableModel, string, QuantizeAwareOptions)"/>.</remarks>
public sealed class FakeQuantizeEstimator : IEstimator<FakeQuantizeTransformer>
{
    private readonly QuantizableModel _model;
    private readonly QuantizeAwareOptions _options;
    private readonly NetworkColumns _columns;

    internal FakeQuantizeEstimator(QuantizableModel model, QuantizeAwareOptions options)
    {
        (_model, _options, _columns) = (model, options, NetworkColumns.From(model, options));
        _columns.RequireOtherOutputs("QuantizeAware");
    }

    /// <summary>Reads the view once, in memory that does not grow with its rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    /// <exception cref="QuantizationException">A value is NaN, a key is missing, or the configuration cannot be met.</exception>
    public FakeQuantizeTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImmutableArray<string> warnings = [];
        if (_options.LabelColumnName is { } label)
        {
            Columns.Require(input.Schema, label);
            warnings = [$"The label column '{label}' was not read: this version calibrates the network and does not train it."];
        }
        CalibrationResult result = new Calibrator(_model, _columns, _options).Run(input, "Aware", warnings);
        var simulation = new RowNetwork(SimulatedNetwork.Of(result.Convert().Graph), _options.ToExecution());
        return new(_columns.Score(input.Schema, () => result) with { Network = simulation }, result);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        if (_options.LabelColumnName is { } label) { Columns.Require(inputSchema, label); }
        return _columns.Append(inputSchema, _columns.Score(() => throw new InvalidOperationException("A shape has no calibration.")));
    }
}
