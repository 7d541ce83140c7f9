using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A way to run integer convolutions, and float ones where it knows a better one than the loops over vector registers.</summary>
internal interface IInt8Convolutions
{
    static abstract bool IsSupported { get; }

    /// <summary>Packs a checked specification.</summary>
    static abstract BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape);

    /// <summary>Packs a checked specification, or returns null.</summary>
    static virtual BoundConvolution? Bind(FloatConvolutionSpec spec, PackedShape shape) => null;

    /// <summary>A matrix product with weights in panels of their own, or null.</summary>
    static virtual IndirectConvolution? Bind(FloatConvolutionSpec spec, PackedShape shape, FloatPanels weights, ImmutableArray<Panel> panels) => null;
}
