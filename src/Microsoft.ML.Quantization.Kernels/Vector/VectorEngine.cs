using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The kernels written over vector registers, for one choice of instructions.</summary>
/// <param name="name">The engine's name.</param>
internal sealed class VectorEngine<TDot, TInteger, TFloat, TReal>(string name) : Engine
    where TDot : struct, IInt8Dot<TInteger>, IBytePack
    where TInteger : struct
    where TFloat : struct, IFloatVector<TReal>
    where TReal : struct
{
    public override string Name => name;

    public override bool IsSupported => TDot.IsSupported && TFloat.IsSupported;

    public override BoundConvolution Bind(Int8ConvolutionSpec spec)
    {
        SpecCheck.Require(spec);
        PackedShape shape = new(spec.Window, spec.Transposed, spec.Groups, spec.InputChannels, spec.OutputChannels, sizeof(sbyte));
        (int wide, int narrow) = VectorInt8Convolution<TDot, TInteger>.Widths;
        return new VectorInt8Convolution<TDot, TInteger>(spec, shape, shape.Cut(wide, narrow));
    }

    public override BoundConvolution Bind(FloatConvolutionSpec spec)
    {
        SpecCheck.Require(spec);
        PackedShape shape = new(spec.Window, spec.Transposed, spec.Groups, spec.InputChannels, spec.OutputChannels, sizeof(float));
        int width = VectorFloatConvolution<TFloat, TReal>.Width;
        return new VectorFloatConvolution<TFloat, TReal>(spec, shape, shape.Cut(width, width));
    }
}
