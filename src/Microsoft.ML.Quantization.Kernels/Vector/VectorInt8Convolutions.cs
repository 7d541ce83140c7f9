namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions written over one instruction set's dot product.</summary>
internal readonly struct VectorInt8Convolutions<TDot, TVector> : IInt8Convolutions
    where TDot : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    public static bool IsSupported => TDot.IsSupported;

    public static BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape)
    {
        if (shape.IsDepthwise) { return new Int8Depthwise<TDot, TVector>(spec, shape, shape.CutDepthwise(Int8Depthwise<TDot, TVector>.Width)); }
        if (ThinInt8Convolution<TDot, TVector>.Fits(spec)) { return new ThinInt8Convolution<TDot, TVector>(spec); }
        return new VectorInt8Convolution<TDot, TVector>(spec, shape, shape.Cut(VectorInt8Convolution<TDot, TVector>.Widths.AsSpan()));
    }
}
