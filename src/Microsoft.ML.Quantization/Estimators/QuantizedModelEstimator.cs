using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization;

/// <summary>Scores with a network that was quantized before and stands in an ONNX file. Fitting reads no row.</summary>
/// <remarks>Made by <see cref="QuantizationCatalog.QuantizedOnnx(TransformsCatalog, string, string, string)"/>.</remarks>
public sealed class QuantizedModelEstimator : IEstimator<QuantizedModelTransformer>
{
    private readonly QuantizedNetworkColumns _columns;

    internal QuantizedModelEstimator(string path, ScoringOptions options)
    {
        Graph graph = OnnxImporter.Load(path);
        if (!graph.IsQuantized) { throw Errors.NotQuantized(graph.Name); }
        _columns = new(new(graph, [], []), options);
    }

    /// <summary>Checks the columns of the view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    public QuantizedModelTransformer Fit(IDataView input) => _columns.Fit(input);

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.GetOutputSchema(inputSchema);
}
