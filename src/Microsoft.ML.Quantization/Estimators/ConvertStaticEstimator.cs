using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Fitting takes the calibration from an observed column and converts the network to int8. No row is read.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizeConvertStatic"/>.</remarks>
public sealed class ConvertStaticEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly string _output;
    private readonly string _calibrated;
    private readonly ConvertOptions _options;
    private readonly ExecutionOptions _execution;

    internal ConvertStaticEstimator(string output, string calibrated, ConvertOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(output, "outputColumnName");
        ExecutionSettings.RequirePositive(nameof(options.BatchSize), options.BatchSize);
        (_output, _calibrated, _options, _execution) = (output, calibrated, options, options.ToExecution());
    }

    /// <summary>Converts.</summary>
    /// <exception cref="InvalidOperationException">The column was not observed, or a step in between replaced an input of the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be converted.</exception>
    public QuantizedModelTransformer Fit(IDataView input)
    {
        CalibratedColumn calibrated = CalibratedColumn.From(input.Schema, _calibrated);
        QuantizedModel model = calibrated.Result.Convert();
        var network = new RowNetwork(model.Graph, _execution);
        ImmutableArray<ScoreOutput> outputs = ColumnMap.Distinct(
            [new(_output, calibrated.Output, network.Output(calibrated.Output)), .. _options.FurtherOutputs.Select(pair => ColumnMap.Output(network, pair))]);

        var transformer = new QuantizedModelTransformer(model, new(network, calibrated.Inputs, outputs, _options.BatchSize), _options.MLContext);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    /// <remarks>A chain propagates shapes before it fits, so a missing <see cref="ObserveEstimator"/> is reported before any row is read.</remarks>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape.Column column = Columns.Require(inputSchema, _calibrated);
        if (column.Annotations.All(annotation => annotation.Name != CalibratedColumn.AnnotationKind)) { throw Errors.NotObserved(_calibrated); }

        // A shape knows kind and item type, not the size.
        var added = new DataViewSchema.Builder();
        foreach (string name in _options.FurtherOutputs.Select(pair => pair.OutputColumnName).Prepend(_output))
        {
            added.AddColumn(name, new VectorDataViewType(NumberDataViewType.Single, 1));
        }
        return SchemaShapes.Append(inputSchema, added.ToSchema());
    }
}
