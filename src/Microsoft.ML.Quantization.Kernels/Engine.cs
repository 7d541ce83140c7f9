namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// One way to run the kernels of this project on a processor. Every engine returns the same bits; they differ in speed only.
/// Tensors are channels-last where a kernel knows channels.
/// </summary>
public abstract class Engine
{
    /// <summary>Bytes after a convolution's input that must be readable; their values do not matter.</summary>
    public const int ReadSlack = 64;

    /// <summary>The name used by <c>MLQ_ENGINE</c> and in reports.</summary>
    public abstract string Name { get; }

    /// <summary>Whether this processor can run it.</summary>
    public abstract bool IsSupported { get; }

    /// <summary>Packs an integer convolution.</summary>
    /// <exception cref="QuantizationException">The arrays do not fit the channels, or an accumulator could overflow 32 bits.</exception>
    public abstract BoundConvolution Bind(Int8ConvolutionSpec spec);

    /// <summary>Packs a float convolution.</summary>
    /// <exception cref="QuantizationException">The arrays do not fit the channels.</exception>
    public abstract BoundConvolution Bind(FloatConvolutionSpec spec);
}
