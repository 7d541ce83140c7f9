namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A convolution with its weights packed for one engine. Immutable and safe to share between threads.</summary>
public abstract class BoundConvolution
{
    /// <summary>Tables for one input size. Make it once for each size and keep it: running does not allocate.</summary>
    /// <param name="inputSize">Spatial sizes of the input; empty for a matrix product.</param>
    /// <param name="outputSize">Spatial sizes of the output.</param>
    public abstract ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize);

    /// <summary>Computes <paramref name="batch"/> images (rows, for a matrix product).</summary>
    /// <param name="tables">From <see cref="Plan"/> of this convolution.</param>
    /// <param name="batch">Images.</param>
    /// <param name="input">[batch, spatial…, channels], channels last, as bytes, followed by <see cref="Engine.ReadSlack"/> readable bytes that do not matter.</param>
    /// <param name="output">[batch, spatial…, channels], channels last, as bytes (float32 where the output stage is float).</param>
    /// <param name="workers">Threads to share the work with, or null. The result does not depend on them.</param>
    /// <exception cref="QuantizationException">A buffer is too small for the batch, the tables are another convolution's, or it adds a residual.</exception>
    public void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, Span<byte> output, WorkerPool? workers) => Run(tables, batch, input, [], output, workers);

    /// <summary>Computes <paramref name="batch"/> images and adds <paramref name="residual"/> before the output is clipped.</summary>
    /// <param name="tables">From <see cref="Plan"/> of this convolution.</param>
    /// <param name="batch">Images.</param>
    /// <param name="input">As for a run without residual.</param>
    /// <param name="residual">What is added, laid out as the output; the output may lie in the same place. Empty when nothing is.</param>
    /// <param name="output">As for a run without residual.</param>
    /// <param name="workers">Threads to share the work with, or null. The result does not depend on them.</param>
    /// <exception cref="QuantizationException">A buffer is too small for the batch, the tables are another convolution's, or the convolution was bound for no residual.</exception>
    public abstract void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers);
}
