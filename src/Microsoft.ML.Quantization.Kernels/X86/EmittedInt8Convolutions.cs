using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions on emitted code.</summary>
internal readonly struct EmittedInt8Convolutions : IInt8Convolutions
{
    public static bool IsSupported => Avx512Vnni.IsSupported;

    public static BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape) => shape.IsDepthwise
        ? VectorInt8Convolutions<Avx2Dot, Vector256<int>>.Bind(spec, shape)
        : new EmittedInt8Convolution(spec, shape, EmittedPanels.Cut(shape));
}
