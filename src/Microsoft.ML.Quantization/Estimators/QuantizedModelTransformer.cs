using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Scores rows with an int8 network.</summary>
/// <remarks>
/// Safe to share between threads. A cursor reads some rows ahead and scores them in one call; a <c>PredictionEngine</c> scores one row.
/// Both give the same numbers, on every processor.
/// <para>
/// In a saved model it is ML.NET's own step ApplyOnnxModel over the exported network: loading needs nothing of this package; saving, and scoring
/// what was loaded, need ONNX Runtime. A file written by <see cref="QuantizedNetwork.SaveOnnx(string)"/> and brought back by
/// <see cref="QuantizationCatalog.QuantizedOnnx(TransformsCatalog, string, string, string)"/> runs on the engines of this package.
/// </para>
/// </remarks>
public sealed class QuantizedModelTransformer : ITransformer, IDisposable
{
    private readonly ScoreColumns _columns;

    internal QuantizedModelTransformer(QuantizedModel model, ScoreColumns columns, MLContext? context)
    {
        (Model, _columns) = (new(model, columns.Network), columns);
        using var log = PipelineLog.Open(context, "Convert");
        foreach (string warning in model.Warnings) { log.Warning(warning); }
    }

    /// <summary>The int8 network: inspect it, or write it to a file.</summary>
    public QuantizedNetwork Model { get; }

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoreMapper(_columns, inputSchema).OutputSchema;

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => new ScoreView(input, new ScoreMapper(_columns, input.Schema));

    bool ITransformer.IsRowToRowMapper => true;

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new ScoreMapper(_columns, inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => PortableForm.Save(_columns, ctx);

    /// <summary>Ends the network's threads. Using the transformer again starts new ones.</summary>
    public void Dispose() => _columns.Network.Dispose();
}
