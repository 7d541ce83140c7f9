using System.Numerics;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Reals to codes, for whole arrays. Plain loops that define the result; the engines' vectorised forms are tested against them.</summary>
/// <remarks>Each formula and its treatment of NaN, infinities and ties is that of <see cref="CodeMap"/>.</remarks>
public static class Quantizer
{
    /// <summary>Quantizes with one scale and zero point.</summary>
    /// <typeparam name="T">Storage of the codes: <see cref="byte"/>, <see cref="sbyte"/> or <see cref="int"/>.</typeparam>
    /// <param name="values">Reals.</param>
    /// <param name="codes">Receives the codes; as long as <paramref name="values"/>.</param>
    /// <param name="scale">Real units per step.</param>
    /// <param name="zeroPoint">The code of real 0.</param>
    /// <param name="range">Codes in use; results saturate there.</param>
    /// <param name="rounding">Multiply by the reciprocal or divide.</param>
    /// <exception cref="QuantizationException">The lengths differ.</exception>
    public static void Quantize<T>(ReadOnlySpan<float> values, Span<T> codes, float scale, int zeroPoint, QuantizedRange range, Rounding rounding)
        where T : unmanaged, IBinaryInteger<T>
    {
        CheckLength(values.Length, codes.Length);
        var map = new CodeMap(scale, zeroPoint, range, rounding);
        for (int i = 0; i < values.Length; i++) { codes[i] = T.CreateTruncating(map.Code(values[i])); }
    }

    /// <summary>Quantizes with the parameters of a tensor: per tensor, per channel, or with real-valued zero points.</summary>
    /// <param name="values">Reals, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes; only per-channel parameters look at them.</param>
    /// <param name="codes">Receives the codes, one to an element also for 4-bit types.</param>
    /// <param name="parameters">Scales, zero points, axis and range.</param>
    /// <param name="rounding">Multiply by the reciprocal or divide; real-valued zero points always multiply.</param>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the shape.</exception>
    public static void Quantize<T>(ReadOnlySpan<float> values, Shape shape, Span<T> codes, QuantizationParameters parameters, Rounding rounding)
        where T : unmanaged, IBinaryInteger<T>
    {
        CheckLength(values.Length, codes.Length);
        if (parameters.Axis is not { } axis)
        {
            Quantize(values, codes, parameters.Scale, parameters.ZeroPoint, parameters.Range, rounding);
            return;
        }
        ChannelLayout layout = Layout(shape, axis, parameters.Scales.Length, values.Length);
        for (int row = 0; row < layout.Outer * layout.Channels; row++)
        {
            int channel = row % layout.Channels;
            ReadOnlySpan<float> from = values.Slice(row * layout.Inner, layout.Inner);
            Span<T> to = codes.Slice(row * layout.Inner, layout.Inner);
            if (parameters.HasFloatZeroPoints) { QuantizeFloat(from, to, parameters.Scales[channel], parameters.FloatZeroPoints[channel], parameters.Range); }
            else { Quantize(from, to, parameters.Scales[channel], parameters.ZeroPoints[channel], parameters.Range, rounding); }
        }
    }

    /// <summary>The codes of a tensor, as a tensor of the codes' plain storage type and the same shape.</summary>
    /// <exception cref="QuantizationException">The tensor is not float32, or the channels do not fit its shape.</exception>
    public static Tensor Quantize(Tensor values, QuantizationParameters parameters, Rounding rounding)
    {
        var codes = new Tensor(parameters.Type.Storage(), values.Shape);
        switch (codes.Type)
        {
            case ElementType.UInt8: Quantize(values.AsSpan<float>(), values.Shape, codes.AsSpan<byte>(), parameters, rounding); break;
            case ElementType.Int8: Quantize(values.AsSpan<float>(), values.Shape, codes.AsSpan<sbyte>(), parameters, rounding); break;
            default: Quantize(values.AsSpan<float>(), values.Shape, codes.AsSpan<int>(), parameters, rounding); break;
        }
        return codes;
    }

    /// <summary>Quantizes with a real-valued zero point, which is added before rounding: <c>clamp(round(x · (1/scale) + zeroPoint))</c>. NaN gives the smallest code.</summary>
    /// <remarks>Source: PyTorch <c>quantize_per_channel</c> with <c>per_channel_affine_float_qparams</c>.</remarks>
    public static void QuantizeFloat<T>(ReadOnlySpan<float> values, Span<T> codes, float scale, float zeroPoint, QuantizedRange range)
        where T : unmanaged, IBinaryInteger<T>
    {
        CheckLength(values.Length, codes.Length);
        var map = new FloatCodeMap(scale, zeroPoint, range);
        for (int i = 0; i < values.Length; i++) { codes[i] = T.CreateTruncating(map.Code(values[i], out _)); }
    }

    internal static ChannelLayout Layout(Shape shape, int axis, int channels, int length)
    {
        ChannelLayout layout = ChannelLayout.Of(shape, axis);
        CheckLength(shape.Length, length);
        return layout.Channels == channels
            ? layout
            : throw new QuantizationException($"Found {channels} scales for axis {axis} of shape {shape}; expected {layout.Channels}.");
    }

    internal static void CheckLength(int expected, int found)
    {
        if (expected != found) { throw new QuantizationException($"Found {found} elements; expected {expected}, one for each input element."); }
    }
}
