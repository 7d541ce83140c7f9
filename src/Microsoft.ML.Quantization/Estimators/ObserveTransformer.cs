using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Scores rows with the float network. Its columns carry the calibration for <see cref="ConvertStaticEstimator"/>, and are computed only
/// when they are read: in a chain that ends with the conversion the float network never runs. (<c>Preview</c> reads hidden columns too,
/// so it does run it.)
/// </summary>
/// <remarks>Safe to share between threads.</remarks>
public sealed class ObserveTransformer : ITransformer, IDisposable
{
    private readonly ScoreColumns _columns;

    internal ObserveTransformer(NetworkColumns columns, int batchSize, CalibrationResult result)
    {
        Calibration = result.Calibration;
        _columns = columns.Score(batchSize, () => result);
    }

    /// <summary>What calibration learned; can be saved and merged.</summary>
    public Calibration Calibration { get; }

    /// <summary>The float network that fills its columns.</summary>
    internal RowNetwork Network => _columns.Network;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoreMapper(_columns, inputSchema).OutputSchema;

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => new ScoreView(input, new ScoreMapper(_columns, input.Schema));

    bool ITransformer.IsRowToRowMapper => true;

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new ScoreMapper(_columns, inputSchema);

    // A step that only prepares the next one: in a saved chain it is an empty chain, so the float network is not shipped.
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)new TransformerChain<ITransformer>()).Save(ctx);

    /// <summary>Ends the network's threads. Using the transformer again starts new ones.</summary>
    public void Dispose() => _columns.Network.Dispose();
}
