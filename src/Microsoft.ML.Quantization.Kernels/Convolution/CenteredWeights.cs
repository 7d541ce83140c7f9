using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Weights less their zero points.</summary>
public static class CenteredWeights
{
    /// <summary><c>code − zero point</c> of each weight, in the given order: −255..255.</summary>
    /// <param name="codes">8-bit codes, row-major.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="map">Their parameters; the axis counts from the end when negative.</param>
    /// <exception cref="QuantizationException">The type is not <c>quint8</c> or <c>qint8</c>, the zero points are reals, or the shape has no such axis.</exception>
    public static short[] Of(ReadOnlySpan<byte> codes, Shape shape, QuantizationParameters map)
    {
        if (map.Type is not (ElementType.QUInt8 or ElementType.QInt8)) { throw new QuantizationException($"The weights are {map}; expected 8-bit codes."); }
        if (map.HasFloatZeroPoints) { throw new QuantizationException($"The weights are {map}; expected integer zero points. Only embeddings have real-valued ones."); }
        ChannelLayout layout = map.Axis is { } axis ? ChannelLayout.Of(shape, axis) : new(1, 1, Math.Max(1, codes.Length));
        bool signed = map.Type == ElementType.QInt8;
        var centered = new short[codes.Length];
        for (int i = 0; i < centered.Length; i++)
        {
            centered[i] = (short)((signed ? (sbyte)codes[i] : codes[i]) - map.ZeroPoints[i / layout.Inner % layout.Channels]);
        }
        return centered;
    }
}
