using System.Numerics;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Codes to reals, for whole arrays. Plain loops that define the result.</summary>
public static class Dequantizer
{
    /// <summary>The real of one code: <c>float32(float32(code − zeroPoint) · scale)</c>.</summary>
    /// <remarks>Source: PyTorch ATen/native/quantized, <c>dequantize_val</c>; ONNX DequantizeLinear.</remarks>
    public static float Real(int code, float scale, int zeroPoint) => (float)((long)code - zeroPoint) * scale;

    /// <summary>The real of one code with a real-valued zero point: <c>float32((code − zeroPoint) · scale)</c>.</summary>
    public static float RealFloat(int code, float scale, float zeroPoint) => (code - zeroPoint) * scale;

    /// <summary>Dequantizes with one scale and zero point.</summary>
    /// <exception cref="QuantizationException">The lengths differ.</exception>
    public static void Dequantize<T>(ReadOnlySpan<T> codes, Span<float> values, float scale, int zeroPoint) where T : unmanaged, IBinaryInteger<T>
    {
        Quantizer.CheckLength(codes.Length, values.Length);
        for (int i = 0; i < codes.Length; i++) { values[i] = Real(int.CreateTruncating(codes[i]), scale, zeroPoint); }
    }

    /// <summary>Dequantizes with a scale for each channel, multiplying in double precision: <c>float32((code − zeroPoint) · scale)</c>.</summary>
    /// <remarks>
    /// PyTorch keeps per-channel scales as doubles. For scales that are float32 values and 8-bit codes the result equals that of
    /// <see cref="Real"/>, because the product is exact in double precision.
    /// </remarks>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the shape.</exception>
    public static void Dequantize<T>(ReadOnlySpan<T> codes, Shape shape, Span<float> values, int axis, ReadOnlySpan<double> scales, ReadOnlySpan<int> zeroPoints)
        where T : unmanaged, IBinaryInteger<T>
    {
        Quantizer.CheckLength(codes.Length, values.Length);
        Quantizer.CheckLength(scales.Length, zeroPoints.Length);
        ChannelLayout layout = Quantizer.Layout(shape, axis, scales.Length, codes.Length);
        for (int i = 0; i < codes.Length; i++)
        {
            int channel = i / layout.Inner % layout.Channels;
            values[i] = (float)((long.CreateTruncating(codes[i]) - zeroPoints[channel]) * scales[channel]);
        }
    }

    /// <summary>Dequantizes with the parameters of a tensor: per tensor, per channel, or with real-valued zero points.</summary>
    /// <param name="codes">Codes, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes; only per-channel parameters look at them.</param>
    /// <param name="values">Receives the reals.</param>
    /// <param name="parameters">Scales, zero points and axis.</param>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the shape.</exception>
    public static void Dequantize<T>(ReadOnlySpan<T> codes, Shape shape, Span<float> values, QuantizationParameters parameters)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (parameters.Axis is not { } axis)
        {
            Dequantize(codes, values, parameters.Scale, parameters.ZeroPoint);
            return;
        }
        if (!parameters.HasFloatZeroPoints)
        {
            Dequantize(codes, shape, values, axis, [.. parameters.Scales.Select(s => (double)s)], parameters.ZeroPoints.AsSpan());
            return;
        }
        Quantizer.CheckLength(codes.Length, values.Length);
        ChannelLayout layout = Quantizer.Layout(shape, axis, parameters.Scales.Length, codes.Length);
        for (int i = 0; i < codes.Length; i++)
        {
            int channel = i / layout.Inner % layout.Channels;
            values[i] = RealFloat(int.CreateTruncating(codes[i]), parameters.Scales[channel], parameters.FloatZeroPoints[channel]);
        }
    }

    /// <summary>The reals of a tensor of codes, as float32 in the same shape.</summary>
    /// <exception cref="QuantizationException">The tensor's elements are not the codes of the parameters, or the channels do not fit its shape.</exception>
    public static Tensor Dequantize(Tensor codes, QuantizationParameters parameters)
    {
        var values = new Tensor(ElementType.Float32, codes.Shape);
        switch (parameters.Type.Storage())
        {
            case ElementType.UInt8: Dequantize<byte>(codes.AsSpan<byte>(), codes.Shape, values.AsSpan<float>(), parameters); break;
            case ElementType.Int8: Dequantize<sbyte>(codes.AsSpan<sbyte>(), codes.Shape, values.AsSpan<float>(), parameters); break;
            default: Dequantize<int>(codes.AsSpan<int>(), codes.Shape, values.AsSpan<float>(), parameters); break;
        }
        return values;
    }
}
