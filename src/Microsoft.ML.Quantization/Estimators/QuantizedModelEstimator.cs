using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization;

/// <summary>Scores with a network that was quantized before and stands in an ONNX file. Fitting reads no row.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizedOnnx(TransformsCatalog, string, string, string)"/>.</remarks>
public sealed class QuantizedModelEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly QuantizedModel _model;
    private readonly ScoringOptions _options;
    private readonly NetworkColumns _columns;

    internal QuantizedModelEstimator(string path, ScoringOptions options)
    {
        Graph graph = OnnxImporter.Load(path);
        if (!graph.Nodes.Any(QuantizedOperators.Contains)) { throw Errors.NotQuantized(graph.Name); }
        (_model, _options, _columns) = (new(graph, [], []), options, NetworkColumns.From(graph, options));
    }

    /// <summary>Checks the columns of the view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    public QuantizedModelTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(_model, _columns.Score(_options.BatchSize, input.Schema), _options.MLContext);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.Append(inputSchema, _columns.Score(_options.BatchSize));
}
