using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>Quantize and dequantize at once, in float, and its gradient: what training sees of quantization.</summary>
/// <remarks>
/// <code>
/// q  = round(x · (1/scale)) + zeroPoint              (real-valued zero points: round(x · (1/scale) + zeroPoint))
/// y  = (clamp(q, min, max) − zeroPoint) · scale
/// dx = dy where min ≤ q ≤ max, otherwise 0           (straight through)
/// </code>
/// <para>Infinities saturate at their own end, NaN gives the smallest code; all of them are outside. PyTorch gives the smallest code for +∞ too,
/// because it converts to an integer before it clamps.</para>
/// <para>Source: PyTorch ATen/native/quantized/cpu/kernels, <c>fake_quantize_tensor_cachemask</c>.</para>
/// </remarks>
public static class FakeQuantizer
{
    /// <summary>Fake-quantizes an array.</summary>
    /// <param name="values">Reals, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes; only per-channel parameters look at them.</param>
    /// <param name="parameters">Scales, zero points, axis and range.</param>
    /// <param name="results">Receives y.</param>
    /// <param name="inside">Receives where the gradient passes; empty when nobody asks.</param>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the shape.</exception>
    public static void Forward(ReadOnlySpan<float> values, Shape shape, QuantizationParameters parameters, Span<float> results, Span<bool> inside)
    {
        Quantizer.CheckLength(values.Length, results.Length);
        if (!inside.IsEmpty) { Quantizer.CheckLength(values.Length, inside.Length); }
        ChannelLayout layout = parameters.Axis is { } axis ? Quantizer.Layout(shape, axis, parameters.Scales.Length, values.Length) : new(1, 1, values.Length);
        for (int row = 0; row < layout.Outer * layout.Channels; row++)
        {
            int channel = row % layout.Channels;
            Range part = (row * layout.Inner)..((row + 1) * layout.Inner);
            Span<bool> partInside = inside.IsEmpty ? [] : inside[part];
            float scale = parameters.Scales[channel];
            if (parameters.HasFloatZeroPoints) { ForwardFloat(values[part], scale, parameters.FloatZeroPoints[channel], parameters.Range, results[part], partInside); }
            else { Forward(values[part], scale, parameters.ZeroPoints[channel], parameters.Range, results[part], partInside); }
        }
    }

    /// <summary>The gradient with respect to the input: <paramref name="gradient"/> where <paramref name="inside"/>, elsewhere 0.</summary>
    /// <exception cref="QuantizationException">The lengths differ.</exception>
    public static void Backward(ReadOnlySpan<float> gradient, ReadOnlySpan<bool> inside, Span<float> results)
    {
        Quantizer.CheckLength(gradient.Length, inside.Length);
        Quantizer.CheckLength(gradient.Length, results.Length);
        for (int i = 0; i < results.Length; i++) { results[i] = inside[i] ? gradient[i] : 0f; }
    }

    private static void Forward(ReadOnlySpan<float> values, float scale, int zeroPoint, QuantizedRange range, Span<float> results, Span<bool> inside)
    {
        var map = new CodeMap(scale, zeroPoint, range, Rounding.Reciprocal);
        for (int i = 0; i < values.Length; i++)
        {
            results[i] = Dequantizer.Real(map.Code(values[i], out bool isInside), scale, zeroPoint);
            if (!inside.IsEmpty) { inside[i] = isInside; }
        }
    }

    private static void ForwardFloat(ReadOnlySpan<float> values, float scale, float zeroPoint, QuantizedRange range, Span<float> results, Span<bool> inside)
    {
        var map = new FloatCodeMap(scale, zeroPoint, range);
        for (int i = 0; i < values.Length; i++)
        {
            results[i] = Dequantizer.RealFloat(map.Code(values[i], out bool isInside), scale, zeroPoint);
            if (!inside.IsEmpty) { inside[i] = isInside; }
        }
    }
}
