using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Fitting takes the calibration from a column of Observe or Aware and converts the network to int8. No row is read.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeConvertStatic"/>.</remarks>
public sealed class ConvertStaticEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly string _output;
    private readonly string _calibrated;
    private readonly ConvertOptions _options;
    private readonly RowExecution _execution;

    internal ConvertStaticEstimator(string output, string calibrated, ConvertOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(output, "outputColumnName");
        (_output, _calibrated, _options, _execution) = (output, calibrated, options, options.ToExecution());
    }

    /// <summary>Converts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The column was not observed, or a step in between replaced an input of the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be converted.</exception>
    public QuantizedModelTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        CalibratedColumn calibrated = CalibratedColumn.From(input.Schema, _calibrated);
        QuantizedModel model = calibrated.Result.Convert(_options.PreferSpeed);
        var network = new RowNetwork(model.Graph, _execution);
        ImmutableArray<InputColumn> inputs = [.. calibrated.Inputs.Zip(network.Inputs, (name, value) => new InputColumn(name, value).Bind(input.Schema))];
        return new(model, new(network, inputs, Outputs(network, calibrated.Output)), _options.MLContext);
    }

    /// <inheritdoc/>
    /// <remarks>A chain propagates shapes before it fits, so a missing <see cref="ObserveEstimator"/> is reported before any row is read.</remarks>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        CalibratedColumnType calibrated = CalibrationOf(Columns.Require(inputSchema, _calibrated)) ?? throw Errors.NotObserved(_calibrated);
        var added = new DataViewSchema.Builder();
        foreach (ScoreOutput output in Outputs(calibrated.Network, calibrated.Output)) { added.AddColumn(output.Column, output.Type); }
        return SchemaShapes.Append(inputSchema, added.ToSchema());
    }

    private ImmutableArray<ScoreOutput> Outputs(RowNetwork network, int calibrated) => ColumnMap.Distinct(
        [new(_output, calibrated, network.Output(calibrated)), .. _options.FurtherOutputs.Select(pair => ColumnMap.Output(network, pair))]);

    private static CalibratedColumnType? CalibrationOf(SchemaShape.Column column)
    {
        foreach (SchemaShape.Column annotation in column.Annotations)
        {
            if (annotation.Name == CalibratedColumn.AnnotationKind) { return annotation.ItemType as CalibratedColumnType; }
        }
        return null;
    }
}
