namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A way to run integer convolutions.</summary>
internal interface IInt8Convolutions
{
    static abstract bool IsSupported { get; }

    /// <summary>Packs a checked specification.</summary>
    static abstract BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape);
}
