using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>What the estimators share that need no data: a network quantized before any view is seen, and the columns around it.</summary>
internal sealed class QuantizedNetworkColumns(QuantizedModel model, ScoringOptions options)
{
    private readonly NetworkColumns _columns = NetworkColumns.From(model.Graph, options);

    /// <summary>Checks the columns of a view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or does not fit the network.</exception>
    public QuantizedModelTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(model, _columns.Score(input.Schema), options.MLContext);
    }

    /// <summary>Checks the columns of a shape and appends the network's.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _columns.Append(inputSchema, _columns.Score());
}
