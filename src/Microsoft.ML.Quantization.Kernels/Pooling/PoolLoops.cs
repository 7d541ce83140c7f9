namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Pools as plain loops: the meaning every engine reproduces. Layout [batch, pixels, channels].</summary>
internal static class PoolLoops
{
    public static void Max(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, Span<byte> y, bool signed)
    {
        Require(tables, batch, channels, x.Length, y.Length);
        int flip = signed ? 0x80 : 0; // in this form the order of the bytes is the order of the codes
        for (int row = 0; row < batch * tables.OutputPixels; row++)
        {
            (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
            for (int channel = 0; channel < channels; channel++)
            {
                int largest = 0;
                for (int tap = 0; tap < tables.Inside[pixel]; tap++)
                {
                    largest = Math.Max(largest, x[(image * tables.InputPixels + tables.Sources[pixel * tables.Taps + tap]) * channels + channel] ^ flip);
                }
                y[row * channels + channel] = (byte)(largest ^ flip);
            }
        }
    }

    public static void Max(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y)
    {
        Require(tables, batch, channels, x.Length, y.Length);
        for (int row = 0; row < batch * tables.OutputPixels; row++)
        {
            (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
            for (int channel = 0; channel < channels; channel++)
            {
                float largest = float.NegativeInfinity;
                for (int tap = 0; tap < tables.Inside[pixel]; tap++)
                {
                    float value = x[(image * tables.InputPixels + tables.Sources[pixel * tables.Taps + tap]) * channels + channel];
                    if (value > largest || float.IsNaN(value)) { largest = value; }
                }
                y[row * channels + channel] = largest;
            }
        }
    }

    public static void Average(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output, bool countPadding)
    {
        Require(tables, batch, channels, x.Length, y.Length);
        for (int row = 0; row < batch * tables.OutputPixels; row++)
        {
            (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
            int count = tables.Inside[pixel];
            float multiplier = Multiplier(input, output, countPadding ? tables.Padded[pixel] : count);
            for (int channel = 0; channel < channels; channel++)
            {
                int sum = -count * input.ZeroPoint;
                for (int tap = 0; tap < count; tap++)
                {
                    byte code = x[(image * tables.InputPixels + tables.Sources[pixel * tables.Taps + tap]) * channels + channel];
                    sum += input.Signed ? (sbyte)code : code;
                }
                y[row * channels + channel] = Requantization.Code(sum * multiplier, output.ZeroPoint, output.Minimum, output.Maximum);
            }
        }
    }

    public static void Average(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y, bool countPadding)
    {
        Require(tables, batch, channels, x.Length, y.Length);
        for (int row = 0; row < batch * tables.OutputPixels; row++)
        {
            (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
            float divisor = Math.Max(1, countPadding ? tables.Padded[pixel] : tables.Inside[pixel]);
            for (int channel = 0; channel < channels; channel++)
            {
                float sum = 0f;
                for (int tap = 0; tap < tables.Inside[pixel]; tap++)
                {
                    sum += x[(image * tables.InputPixels + tables.Sources[pixel * tables.Taps + tap]) * channels + channel];
                }
                y[row * channels + channel] = sum / divisor;
            }
        }
    }

    /// <summary><c>float32(input scale / float32(divisor · output scale))</c>; a window without elements has an empty sum, so any divisor serves it.</summary>
    public static float Multiplier(in CodeParameters input, in CodeParameters output, int divisor) => input.Scale / (Math.Max(1, divisor) * output.Scale);

    public static void Require(PoolTables tables, int batch, int channels, int x, int y)
    {
        LengthCheck.NotNegative(batch);
        LengthCheck.NotNegative(channels);
        LengthCheck.AtLeast(x, (long)batch * tables.InputPixels * channels);
        LengthCheck.AtLeast(y, (long)batch * tables.OutputPixels * channels);
    }
}
