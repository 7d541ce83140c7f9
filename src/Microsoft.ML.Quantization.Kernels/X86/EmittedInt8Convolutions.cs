using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions on emitted code.</summary>
internal readonly struct EmittedInt8Convolutions : IInt8Convolutions
{
    public static bool IsSupported => Avx512Vnni.IsSupported;

    public static BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape)
    {
        if (!shape.IsDepthwise) { return new EmittedInt8Convolution(spec, shape, EmittedPanels.Cut(shape)); }
        ImmutableArray<Panel> panels = shape.CutDepthwise(DepthwiseShape.Channels);
        EmittedOutput output = new(spec, panels);
        return output.Kind != OutputKind.Floats && DepthwiseShape.Of(spec.Window, spec.InputSigned, output.Kind) is { } kernel
            ? new EmittedDepthwise(spec, shape, kernel, panels, output)
            : VectorInt8Convolutions<Avx2Dot, Vector256<int>>.Bind(spec, shape);
    }
}
