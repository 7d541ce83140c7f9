using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The whole flow without ML.NET: a float graph and calibration data in, an int8 graph out.</summary>
public static class ModelQuantizer
{
    /// <summary>Post-training static quantization: fuse, prepare, observe, convert.</summary>
    /// <param name="model">The float graph; it is not changed.</param>
    /// <param name="calibrationBatches">Batches of representative rows, each with one tensor for each input of the graph. Read once.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="QuantizationException">There is no batch, a batch does not fit the model, a value is NaN, or a configuration cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static QuantizedModel QuantizeStatic(Graph model, IEnumerable<ImmutableArray<Tensor>> calibrationBatches, StaticQuantizationOptions? options = null)
    {
        using var quantizer = new StaticQuantizer(model, options);
        foreach (ImmutableArray<Tensor> batch in calibrationBatches) { quantizer.Observe(batch); }
        return quantizer.Convert();
    }

    /// <summary>
    /// Quantization as a quantizer says (PyTorch's quantization after export, PT2E): prepare, observe, convert. What it leaves to the run needs no data.
    /// </summary>
    /// <param name="model">The float graph; it is not changed.</param>
    /// <param name="quantizer">Annotates the graph: <see cref="XnnpackQuantizer"/>, <see cref="X86InductorQuantizer"/>, <see cref="EmbeddingQuantizer"/>, several of them in a <see cref="ComposableQuantizer"/>, or your own.</param>
    /// <param name="calibrationBatches">Batches of representative rows, each with one tensor for each input of the graph. Read once; empty where every range is left to the run.</param>
    /// <param name="options">Settings; their <see cref="StaticQuantizationOptions.QConfigs"/> are not asked.</param>
    /// <exception cref="QuantizationException">There is no batch though a value is observed, a batch does not fit the model, a value is NaN, or the annotations cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static QuantizedModel QuantizePt2e(Graph model, GraphQuantizer quantizer, IEnumerable<ImmutableArray<Tensor>> calibrationBatches, StaticQuantizationOptions? options = null) =>
        QuantizeStatic(model, calibrationBatches, (options ?? new()) with { Quantizer = quantizer });

    /// <summary>
    /// Dynamic quantization: weights become 8-bit codes now, activations in every run, by the range they then have. MatMul, Gemm and Conv with constant
    /// weights, LSTM, GRU, RNN and embeddings (Gather of rows of a constant table) take part; no data is needed.
    /// </summary>
    /// <param name="model">The float graph; it is not changed.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="QuantizationException">The graph is quantized already, or the options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    /// <remarks>Source: PyTorch <c>quantize_dynamic</c>. A node that stays float has a note that says why.</remarks>
    public static QuantizedModel QuantizeDynamic(Graph model, DynamicQuantizationOptions? options = null) => DynamicQuantizer.Run(model, options ?? new());

    /// <summary>Weight-only quantization: weights are stored as 8- or 4-bit codes, every product stays float. No data is needed.</summary>
    /// <param name="model">The float graph; it is not changed.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="QuantizationException">The graph is quantized already, or the options cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static QuantizedModel QuantizeWeightOnly(Graph model, WeightOnlyOptions? options = null) => WeightOnlyQuantizer.Run(model, options ?? new());
}
