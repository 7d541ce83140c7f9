using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Convolutions on emitted code.</summary>
/// <typeparam name="TTileRegisters">Whether tile registers are used where they help.</typeparam>
internal readonly struct EmittedInt8Convolutions<TTileRegisters> : IInt8Convolutions where TTileRegisters : struct, IFlag
{
    public static bool IsSupported => TTileRegisters.Value ? AmxInt8.IsSupported : Avx512Vnni.IsSupported;

    public static BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape)
    {
        if (AvxVnniDot.IsSupported && ThinInt8Convolution<AvxVnniDot, Vector256<int>>.Fits(spec)) { return new ThinInt8Convolution<AvxVnniDot, Vector256<int>>(spec); }
        if (!shape.IsDepthwise)
        {
            bool onTileRegisters = TTileRegisters.Value && !spec.InputSigned && shape.Groups == 1 && !shape.Transposed
                && shape.Window.Taps * shape.InputChannels >= AmxTileEmitter.StepBytes;
            // Tile registers load evenly spaced rows; whatever is not has its windows copied side by side.
            PackedShape packed = onTileRegisters && !ReadsAllPixelsInOrder(spec.Window) ? shape with { Gathers = true } : shape;
            return new EmittedInt8Convolution(spec, packed, EmittedPanels.Cut(packed), onTileRegisters);
        }
        ImmutableArray<Panel> panels = shape.CutDepthwise(DepthwiseShape.Channels);
        EmittedOutput output = new(spec, panels);
        return output.Kind != OutputKind.Floats && DepthwiseShape.Of(spec.Window, spec.InputSigned, output.Kind) is { } kernel
            ? new EmittedDepthwise(spec, shape, kernel, panels, output)
            : VectorInt8Convolutions<Avx2Dot<No>, Vector256<int>>.Bind(spec, shape);
    }

    public static BoundConvolution? Bind(FloatConvolutionSpec spec, PackedShape shape) =>
        !shape.IsDepthwise ? new EmittedFloatConvolution(spec, shape, EmittedPanels.CutFloats(shape))
            : FloatDepthwiseEmitter.Vectors(shape.Window.Taps) is > 0 and var vectors ? new EmittedFloatDepthwise(spec, shape, shape.CutDepthwise(vectors * TileShape.Lanes))
            : null;

    public static IndirectConvolution? Bind(FloatConvolutionSpec spec, PackedShape shape, FloatPanels weights, ImmutableArray<Panel> panels) =>
        new EmittedFloatConvolution(spec, shape, panels, weights);

    private static bool ReadsAllPixelsInOrder(ConvolutionWindow window) =>
        window.Taps == 1 && window.Strides.All(static stride => stride == 1) && window.PadsBegin.All(static pad => pad == 0) && window.PadsEnd.All(static pad => pad == 0);
}
