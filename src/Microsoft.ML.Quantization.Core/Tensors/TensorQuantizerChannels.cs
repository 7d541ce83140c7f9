using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>The parameters of parts of a per-channel tensor, and the refusal of what needs one pair for the whole tensor.</summary>
internal static class TensorQuantizerChannels
{
    /// <summary>The parameters when one axis is narrowed to <c>start, start + step, …</c>.</summary>
    /// <exception cref="QuantizationException">The channels no longer fit the shape.</exception>
    public static TensorQuantizer Slice(this TensorQuantizer quantizer, Shape shape, int axis, int start, int count, int step)
    {
        if (quantizer.Axis != axis) { return quantizer; }
        quantizer.CheckFits(shape);
        int[] channels = [.. Enumerable.Range(0, count).Select(i => start + i * step)];
        return quantizer.Scheme == QScheme.PerChannelAffineFloatQParams
            ? TensorQuantizer.PerChannelFloat(Pick(quantizer.Narrowed.Scales, channels), Pick(quantizer.FloatZeroPoints, channels), axis, quantizer.Type)
            : TensorQuantizer.PerChannel(Pick(quantizer.Scales, channels), Pick(quantizer.ZeroPoints, channels), axis, quantizer.Type, quantizer.Scheme.IsSymmetric());
    }

    /// <summary>The parameters when one axis is fixed at an index: of that channel, or with the channel axis one place further left.</summary>
    /// <exception cref="QuantizationException">The channels no longer fit the shape, or the channel has a real-valued zero point.</exception>
    public static TensorQuantizer Select(this TensorQuantizer quantizer, Shape shape, int axis, int index)
    {
        if (quantizer.Axis != axis) { return quantizer.Axis > axis ? quantizer.WithAxis(quantizer.Axis.Value - 1) : quantizer; }
        quantizer.CheckFits(shape);
        return quantizer.Scheme == QScheme.PerChannelAffineFloatQParams
            ? throw new QuantizationException($"Selecting channel {index} of a {quantizer.Scheme.Name()} tensor would need a per-tensor scheme with a real-valued zero point, which does not exist. Slice one channel, or dequantize first.")
            : TensorQuantizer.PerTensor(quantizer.Scales[index], quantizer.ZeroPoints[index], quantizer.Type, quantizer.Scheme.IsSymmetric());
    }

    /// <summary>The same channels on another axis.</summary>
    public static TensorQuantizer WithAxis(this TensorQuantizer quantizer, int axis) => quantizer.Scheme == QScheme.PerChannelAffineFloatQParams
        ? TensorQuantizer.PerChannelFloat(quantizer.Narrowed.Scales.AsSpan(), quantizer.FloatZeroPoints.AsSpan(), axis, quantizer.Type)
        : TensorQuantizer.PerChannel(quantizer.Scales.AsSpan(), quantizer.ZeroPoints.AsSpan(), axis, quantizer.Type, quantizer.Scheme.IsSymmetric());

    /// <summary>Refuses parameters whose channels are not those of the shape.</summary>
    /// <exception cref="QuantizationException">The shape has no such axis or another number of channels.</exception>
    public static void CheckFits(this TensorQuantizer quantizer, Shape shape)
    {
        if (quantizer.Axis is { } axis) { _ = Quantizer.Layout(shape, axis, quantizer.Scales.Length, shape.Length); }
    }

    /// <summary>The one pair of a per-tensor tensor.</summary>
    /// <exception cref="QuantizationException">The tensor has a pair for each channel.</exception>
    public static TensorQuantizer RequirePerTensor(this QuantizedTensor tensor, string method) => tensor.Quantizer.Axis is null
        ? tensor.Quantizer
        : throw new QuantizationException($"{method} works on tensors with one scale; found {tensor.QScheme.Name()} on axis {tensor.Quantizer.Axis}. Select one channel, or dequantize first.");

    private static T[] Pick<T>(ImmutableArray<T> from, int[] channels) => Array.ConvertAll(channels, c => from[c]);
}
