namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions on an instruction that sums pairs of products and saturates: it is used only for weights that cannot make it saturate.</summary>
/// <typeparam name="TExact">The form that is exact for all weights.</typeparam>
/// <typeparam name="TPairs">The shorter form, exact where <see cref="PairSums.FitShort"/> holds.</typeparam>
/// <typeparam name="TVector">A register.</typeparam>
internal readonly struct PairInt8Convolutions<TExact, TPairs, TVector> : IInt8Convolutions
    where TExact : struct, IInt8Dot<TVector>, IBytePack
    where TPairs : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    public static bool IsSupported => TExact.IsSupported && TPairs.IsSupported;

    public static BoundConvolution Bind(Int8ConvolutionSpec spec, PackedShape shape) => PairSums.FitShort(spec.Weights.Span, spec.OutputChannels)
        ? VectorInt8Convolutions<TPairs, TVector>.Bind(spec, shape)
        : VectorInt8Convolutions<TExact, TVector>.Bind(spec, shape);
}
