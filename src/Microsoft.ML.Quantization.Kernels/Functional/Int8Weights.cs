using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>What the weighted functions require of quantized weights, and the layout the engines want.</summary>
internal static class Int8Weights
{
    /// <exception cref="QuantizationException">The weight is not qint8 with zero points 0, has another number of axes, is empty, or has its scales along another axis.</exception>
    public static void Require(QuantizedTensor weight, int outputAxis, int minimumRank, int maximumRank)
    {
        if (weight.Type != ElementType.QInt8 || weight.Rank < minimumRank || weight.Rank > maximumRank || weight.Length == 0)
        {
            string ranks = minimumRank == maximumRank ? $"{minimumRank}" : $"{minimumRank} to {maximumRank}";
            throw new QuantizationException($"The weight is {weight}; expected qint8 with {ranks} axes, none of them empty.");
        }
        if (weight.Quantizer.Axis is { } axis && axis != outputAxis)
        {
            throw new QuantizationException($"The weight has a scale for each index of axis {axis}; expected axis {outputAxis}, the output channels, or one scale for all.");
        }
        if (!weight.Quantizer.FloatZeroPoints.IsEmpty || weight.Quantizer.ZeroPoints.Any(static zeroPoint => zeroPoint != 0))
        {
            throw new QuantizationException($"The weight has zero points other than 0 ({weight.Quantizer}); expected a symmetric scheme. Quantize it with {QScheme.PerTensorSymmetric.Name()} or {QScheme.PerChannelSymmetric.Name()}.");
        }
    }

    /// <summary>One scale, or one for each output channel.</summary>
    public static float[] Scales(QuantizedTensor weight) => [.. weight.Quantizer.Narrowed.Scales];

    /// <summary>Scale by output channel, also where one serves all.</summary>
    public static float[] ScalesByChannel(QuantizedTensor weight, int channels) =>
        weight.Quantizer.Axis is null ? [.. Enumerable.Repeat((float)weight.QScale, channels)] : Scales(weight);

    /// <summary>Weights in the engines' order.</summary>
    public static sbyte[] Order(QuantizedTensor weight, bool transposed, int groups)
    {
        ChannelLayout layout = ChannelLayout.Of(weight.Shape, 1);
        ReadOnlySpan<sbyte> codes = weight.Codes().AsSpan<sbyte>();
        return transposed
            ? WeightOrder.FromScattering(codes, layout.Channels * groups, layout.Outer / groups, layout.Inner, groups)
            : WeightOrder.FromGathering(codes, layout.Outer, layout.Channels, layout.Inner);
    }
}
