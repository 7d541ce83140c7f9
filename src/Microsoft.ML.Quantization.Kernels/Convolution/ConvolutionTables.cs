namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What a <see cref="BoundConvolution"/> needs to know about one input size. Immutable.</summary>
public abstract class ConvolutionTables
{
    /// <summary>The convolution that planned them.</summary>
    internal BoundConvolution? Owner { get; init; }

    /// <summary>Offsets of one convolution would lead another one out of its buffers.</summary>
    /// <exception cref="QuantizationException">Another convolution planned them.</exception>
    internal void RequireOwner(BoundConvolution convolution)
    {
        if (!ReferenceEquals(Owner, convolution)) { throw new QuantizationException("The tables were planned by another convolution; expected those of this one. Call Plan of the convolution that is run."); }
    }
}
