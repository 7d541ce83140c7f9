using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Batch normalization with recorded statistics (<c>quantized::batch_norm1d</c>, <c>2d</c>, <c>3d</c>).</summary>
public static class BatchNormalization
{
    /// <summary>
    /// <c>y = real(x) · a[c] + (bias[c] − mean[c] · a[c])</c> with <c>a = weight / √(variance + eps)</c>, in float32, then quantized; a ReLU limits the
    /// codes from below by the zero point.
    /// </summary>
    /// <param name="x">[batch, channels] or [batch, channels, spatial…], 8-bit codes with one scale.</param>
    /// <param name="weight">[channels], or null for ones.</param>
    /// <param name="bias">[channels], or null for zeros.</param>
    /// <param name="mean">[channels].</param>
    /// <param name="variance">[channels].</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="scale">Output scale.</param>
    /// <param name="zeroPoint">Output zero point.</param>
    /// <param name="relu">Whether a ReLU follows (<c>quantized::batch_norm2d_relu</c>).</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">A shape does not fit, x is per channel, or an output parameter is out of bounds.</exception>
    public static QuantizedTensor BatchNorm(
        QuantizedTensor x, Tensor? weight, Tensor? bias, Tensor mean, Tensor variance, double eps, double scale, int zeroPoint, bool relu = false, Engine? engine = null)
    {
        _ = ByteTensors.Map(x);
        if (x.Rank < 2) { throw new QuantizationException($"x has shape {x.Shape}; expected [batch, channels] or [batch, channels, spatial…]."); }
        engine ??= EngineList.Default;
        ChannelLayout layout = ChannelLayout.Of(x.Shape, 1);
        (float[] factors, float[] offsets) = Coefficients(layout.Channels, weight, bias, mean, variance, (float)eps);
        CodeParameters output = ByteTensors.Map(scale, zeroPoint, x.Type);
        if (relu) { output = output with { Minimum = zeroPoint }; }

        Tensor values = x.Dequantize(), codes = new(x.Type.Storage(), x.Shape);
        for (int row = 0; row < layout.Outer * layout.Channels; row++)
        {
            (float factor, float offset) = (factors[row % layout.Channels], offsets[row % layout.Channels]);
            foreach (ref float value in values.AsSpan<float>().Slice(row * layout.Inner, layout.Inner)) { value = value * factor + offset; }
        }
        engine.Quantize(values.AsSpan<float>(), codes.Bytes, output);
        return QuantizedTensor.FromCodes(codes, TensorQuantizer.PerTensor(scale, zeroPoint, x.Type));
    }

    private static (float[] Factors, float[] Offsets) Coefficients(int channels, Tensor? weight, Tensor? bias, Tensor mean, Tensor variance, float eps)
    {
        ReadOnlySpan<float> gamma = FloatParameter.Of(weight, channels, "weight", 1f), beta = FloatParameter.Of(bias, channels, "bias", 0f);
        ReadOnlySpan<float> means = FloatParameter.Of(mean, channels, "mean", 0f), variances = FloatParameter.Of(variance, channels, "variance", 1f);
        (var factors, var offsets) = (new float[channels], new float[channels]);
        for (int c = 0; c < channels; c++)
        {
            factors[c] = gamma[c] / MathF.Sqrt(variances[c] + eps);
            offsets[c] = beta[c] - means[c] * factors[c];
        }
        return (factors, offsets);
    }
}
