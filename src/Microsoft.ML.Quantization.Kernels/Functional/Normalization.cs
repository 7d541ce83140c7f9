using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Normalizations whose statistics come from x itself: <c>y = (real(x) − mean) / √(variance + eps) · weight + bias</c>, quantized, with the population
/// variance. Mean and variance are those of the codes, from exact integer sums (PyTorch's kernels do the same).
/// </summary>
public static class Normalization
{
    /// <summary>Normalizes over the last axes (PyTorch <c>layer_norm</c>).</summary>
    /// <param name="x">[…, normalizedShape], 8-bit codes with one scale.</param>
    /// <param name="normalizedShape">The last axes of x.</param>
    /// <param name="weight">Of the normalized shape, or null for ones.</param>
    /// <param name="bias">Of the normalized shape, or null for zeros.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="scale">Output scale.</param>
    /// <param name="zeroPoint">Output zero point.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">A shape does not fit, x is per channel, or an output parameter is out of bounds.</exception>
    public static QuantizedTensor LayerNorm(
        QuantizedTensor x, ReadOnlySpan<int> normalizedShape, Tensor? weight, Tensor? bias, double eps, double scale, int zeroPoint, Engine? engine = null)
    {
        ImmutableArray<int> sizes = x.Shape.Sizes;
        if (normalizedShape.IsEmpty || normalizedShape.Length > sizes.Length || !normalizedShape.SequenceEqual(sizes.AsSpan()[^normalizedShape.Length..]))
        {
            throw new QuantizationException($"The normalized shape is {new Shape(normalizedShape)} but x has shape {x.Shape}; expected the last axes of x.");
        }
        int size = new Shape(normalizedShape).Length;
        return Normalize(x, size, size, 1, weight, bias, eps, scale, zeroPoint, engine);
    }

    /// <summary>Normalizes over groups of channels and all pixels (PyTorch <c>group_norm</c>).</summary>
    /// <param name="x">[batch, channels, spatial…], 8-bit codes with one scale.</param>
    /// <param name="groups">Divides the channels.</param>
    /// <param name="weight">[channels], or null for ones.</param>
    /// <param name="bias">[channels], or null for zeros.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="scale">Output scale.</param>
    /// <param name="zeroPoint">Output zero point.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">A shape does not fit, x is per channel, or an output parameter is out of bounds.</exception>
    public static QuantizedTensor GroupNorm(QuantizedTensor x, int groups, Tensor? weight, Tensor? bias, double eps, double scale, int zeroPoint, Engine? engine = null)
    {
        int channels = Channels(x);
        if (groups < 1 || channels % groups != 0) { throw new QuantizationException($"{channels} channels do not divide into {groups} groups; expected a divisor of the channels."); }
        int pixels = Numerics.ChannelLayout.Of(x.Shape, 1).Inner;
        return Normalize(x, channels / groups * pixels, channels, pixels, weight, bias, eps, scale, zeroPoint, engine);
    }

    /// <summary>Normalizes each channel of each image over its pixels: <see cref="GroupNorm"/> with a group for each channel (PyTorch <c>instance_norm</c>).</summary>
    /// <exception cref="QuantizationException">A shape does not fit, x is per channel, or an output parameter is out of bounds.</exception>
    public static QuantizedTensor InstanceNorm(QuantizedTensor x, Tensor? weight, Tensor? bias, double eps, double scale, int zeroPoint, Engine? engine = null) =>
        GroupNorm(x, Channels(x), weight, bias, eps, scale, zeroPoint, engine);

    private static int Channels(QuantizedTensor x) => x.Rank >= 2 && x.Shape[1] > 0
        ? x.Shape[1]
        : throw new QuantizationException($"x has shape {x.Shape}; expected [batch, channels, spatial…] with at least one channel.");

    // Rows of `size` elements are normalized one by one; element i of all has parameter i / inner % parameters.
    private static QuantizedTensor Normalize(
        QuantizedTensor x, int size, int parameters, int inner, Tensor? weight, Tensor? bias, double eps, double scale, int zeroPoint, Engine? engine)
    {
        _ = ByteTensors.Map(x);
        ReadOnlySpan<float> gamma = FloatParameter.Of(weight, parameters, "weight", 1f), beta = FloatParameter.Of(bias, parameters, "bias", 0f);
        CodeParameters input = ByteTensors.Map(x), output = ByteTensors.Map(scale, zeroPoint, x.Type);
        Tensor codes = x.Codes();
        var values = new float[codes.Length];
        for (int start = 0; start < values.Length; start += size)
        {
            (double mean, double inverse) = Statistics(codes.Bytes.Slice(start, size), input, eps);
            for (int i = start; i < start + size; i++)
            {
                int parameter = i / inner % parameters;
                values[i] = (float)((Steps(codes.Bytes[i], input) - mean) * inverse) * gamma[parameter] + beta[parameter];
            }
        }
        (engine ?? EngineList.Default).Quantize(values, codes.Bytes, output);
        return QuantizedTensor.FromCodes(codes, TensorQuantizer.PerTensor(scale, zeroPoint, x.Type));
    }

    // Mean in steps of the code, and the real size of a step divided by the standard deviation.
    private static (double Mean, double Inverse) Statistics(ReadOnlySpan<byte> codes, in CodeParameters input, double eps)
    {
        long sum = 0, squares = 0;
        foreach (byte code in codes)
        {
            long steps = Steps(code, input);
            sum += steps;
            squares += steps * steps;
        }
        double mean = (double)sum / codes.Length, variance = Math.Max((double)squares / codes.Length - mean * mean, 0.0);
        return (mean, input.Scale / Math.Sqrt(variance * input.Scale * input.Scale + eps));
    }

    private static int Steps(byte code, in CodeParameters input) => (input.Signed ? (sbyte)code : code) - input.ZeroPoint;
}
