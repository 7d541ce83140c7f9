using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Scores rows with the float network. Its columns carry the calibration for <see cref="ConvertStaticEstimator"/>, and are computed only
/// when they are read: in a chain that ends with the conversion the float network never runs. (<c>Preview</c> reads hidden columns too,
/// so it does run it.)
/// </summary>
/// <remarks>Safe to share between threads. In a saved model it is a step that does nothing, so that the float network is not shipped.</remarks>
public sealed class ObserveTransformer : ITransformer, IDisposable
{
    private readonly ScoreColumns _columns;

    internal ObserveTransformer(ScoreColumns columns, CalibrationResult result) => (_columns, Calibration) = (columns, result.Calibration);

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

    void ICanSaveModel.Save(ModelSaveContext ctx) => PortableForm.SaveNothing(ctx);

    /// <summary>Ends the network's threads. Using the transformer again starts new ones.</summary>
    public void Dispose() => _columns.Network.Dispose();
}
