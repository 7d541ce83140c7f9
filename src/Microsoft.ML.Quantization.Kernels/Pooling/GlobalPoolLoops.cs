namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Averages over all pixels as plain loops. Layout [batch, pixels, channels] to [batch, channels].</summary>
internal static class GlobalPoolLoops
{
    public static void Average(int batch, int pixels, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output)
    {
        Require(batch, pixels, channels, x.Length, y.Length);
        float multiplier = PoolLoops.Multiplier(input, output, pixels);
        for (int image = 0; image < batch; image++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                int sum = -pixels * input.ZeroPoint;
                for (int pixel = 0; pixel < pixels; pixel++)
                {
                    byte code = x[(image * pixels + pixel) * channels + channel];
                    sum += input.Signed ? (sbyte)code : code;
                }
                y[image * channels + channel] = Requantization.Code(sum * multiplier, output.ZeroPoint, output.Minimum, output.Maximum);
            }
        }
    }

    public static void Average(int batch, int pixels, int channels, ReadOnlySpan<float> x, Span<float> y)
    {
        Require(batch, pixels, channels, x.Length, y.Length);
        for (int image = 0; image < batch; image++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                float sum = 0f;
                for (int pixel = 0; pixel < pixels; pixel++) { sum += x[(image * pixels + pixel) * channels + channel]; }
                y[image * channels + channel] = sum / pixels;
            }
        }
    }

    public static void Require(int batch, int pixels, int channels, int x, int y)
    {
        LengthCheck.NotNegative(batch);
        LengthCheck.NotNegative(channels);
        // 2²³ codes of magnitude 255 still sum to less than 2³¹.
        if (pixels is < 1 or > 1 << 23) { throw new QuantizationException($"A global average over {pixels} pixels; expected 1 to {1 << 23}."); }
        LengthCheck.AtLeast(x, (long)batch * pixels * channels);
        LengthCheck.AtLeast(y, (long)batch * channels);
    }
}
