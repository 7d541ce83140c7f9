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
        int flip = input.Signed ? 0x80 : 0, zeroPoint = input.ZeroPoint + flip;
        int* sums = stackalloc int[8];
        fixed (byte* from = x, to = y)
        fixed (int* sources = tables.Sources)
        {
            for (int row = 0; row < batch * tables.OutputPixels; row++)
            {
                (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
                byte* source = from + (nint)image * tables.InputPixels * channels, target = to + (nint)row * channels;
                int* taps = sources + pixel * tables.Taps;
                int count = tables.Inside[pixel];
                float multiplier = PoolLoops.Multiplier(input, output, countPadding ? tables.Padded[pixel] : count);
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
                int* taps = sources + pixel * tables.Taps;
                int count = tables.Inside[pixel], channel = 0;
                float divisor = Math.Max(1, countPadding ? tables.Padded[pixel] : count);
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
    }
}
