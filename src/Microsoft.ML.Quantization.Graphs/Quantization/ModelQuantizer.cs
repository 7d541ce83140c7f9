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
}
