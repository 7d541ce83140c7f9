using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Means over windows, eight channels at a time. Channels that fill no register go through plain code.</summary>
internal static unsafe class VectorAveragePools
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output, bool countPadding)
    {
        PoolLoops.Require(tables, batch, channels, x.Length, y.Length);
        fixed (byte* from = x, to = y)
        fixed (int* sources = tables.Sources)
        {
            for (int row = 0; row < batch * tables.OutputPixels; row++)
            {
                (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
                byte* source = from + (nint)image * tables.InputPixels * channels, target = to + (nint)row * channels;
                int count = tables.Inside[pixel];
                float multiplier = PoolLoops.Multiplier(input, output, countPadding ? tables.Padded[pixel] : count);
                AveragePixel(source, sources + pixel * tables.Taps, count, channels, target, input, output, multiplier);
            }
        }
    }

    /// <summary>One window of codes.</summary>
    /// <param name="source">The image.</param>
    /// <param name="taps">Its pixels in the window.</param>
    /// <param name="count">How many.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="target">The output pixel.</param>
    /// <param name="input">The map of the codes read.</param>
    /// <param name="output">The map of the codes written.</param>
    /// <param name="multiplier">From sums to steps of the output.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AveragePixel(byte* source, int* taps, int count, int channels, byte* target, in CodeParameters input, in CodeParameters output, float multiplier)
    {
        int flip = input.Signed ? 0x80 : 0, zeroPoint = input.ZeroPoint + flip;
        int* sums = stackalloc int[8];
        for (int channel = 0; channel < channels; channel += 8)
        {
            int columns = Math.Min(8, channels - channel);
            Vector256<int> sum = Vector256.Create(-count * zeroPoint);
            if (columns == 8)
            {
                for (int tap = 0; tap < count; tap++)
                {
                    Vector128<byte> codes = Vector128.CreateScalarUnsafe(*(long*)(source + (nint)taps[tap] * channels + channel)).AsByte() ^ Vector128.Create((byte)flip);
                    sum += Vector256.WidenLower(Vector128.WidenLower(codes).ToVector256Unsafe()).AsInt32();
                }
            }
            sum.Store(sums);
            for (int i = 0; i < columns; i++)
            {
                for (int tap = 0; columns < 8 && tap < count; tap++) { sums[i] += source[(nint)taps[tap] * channels + channel + i] ^ flip; }
                target[channel + i] = Requantization.Code(sums[i] * multiplier, output.ZeroPoint, output.Minimum, output.Maximum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y, bool countPadding)
    {
        PoolLoops.Require(tables, batch, channels, x.Length, y.Length);
        fixed (float* from = x, to = y)
        fixed (int* sources = tables.Sources)
        {
            for (int row = 0; row < batch * tables.OutputPixels; row++)
            {
                (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
                float* source = from + (nint)image * tables.InputPixels * channels, target = to + (nint)row * channels;
                int count = tables.Inside[pixel];
                AveragePixel(source, sources + pixel * tables.Taps, count, channels, target, Math.Max(1, countPadding ? tables.Padded[pixel] : count));
            }
        }
    }

    /// <summary>One window of floats, as for codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AveragePixel(float* source, int* taps, int count, int channels, float* target, float divisor)
    {
        int channel = 0;
        for (; channel <= channels - 8; channel += 8)
        {
            Vector256<float> sum = default;
            for (int tap = 0; tap < count; tap++) { sum += Vector256.Load(source + (nint)taps[tap] * channels + channel); }
            (sum / Vector256.Create(divisor)).Store(target + channel);
        }
        for (; channel < channels; channel++)
        {
            float sum = 0f;
            for (int tap = 0; tap < count; tap++) { sum += source[(nint)taps[tap] * channels + channel]; }
            target[channel] = sum / divisor;
        }
    }
}
