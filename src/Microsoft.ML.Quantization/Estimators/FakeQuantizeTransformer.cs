using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Scores rows with the float network in which every observed value is quantized and dequantized again: what the int8 network will answer, but for
/// the last bits, in float arithmetic. Its columns carry the calibration for <see cref="ConvertStaticEstimator"/> and are computed only when they
/// are read.
/// </summary>
/// <remarks>Safe to share between threads. In a saved model it is a step that does nothing.</remarks>
public sealed class FakeQuantizeTransformer : ITransformer, IDisposable
{
    private readonly ScoreColumns _columns;

    internal FakeQuantizeTransformer(ScoreColumns columns, CalibrationResult result) => (_columns, Calibration) = (columns, result.Calibration);

    /// <summary>What calibration learned; can be saved and merged.</summary>
    public Calibration Calibration { get; }

    /// <summary>The simulation that fills its columns.</summary>
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
