using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Means over all pixels, a register of channels at a time.</summary>
internal static unsafe class VectorGlobalPools
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(int batch, int pixels, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output)
    {
        GlobalPoolLoops.Require(batch, pixels, channels, x.Length, y.Length);
        float multiplier = PoolLoops.Multiplier(input, output, pixels);
        int flip = input.Signed ? 0x80 : 0, bias = -pixels * (input.ZeroPoint + flip);
        int* sums = stackalloc int[8];
        fixed (byte* from = x, to = y)
        {
            for (int image = 0; image < batch; image++)
            {
                byte* source = from + (nint)image * pixels * channels;
                for (int channel = 0; channel < channels; channel += 8)
                {
                    int columns = Math.Min(8, channels - channel);
                    if (columns == 8) { SumEight(source + channel, pixels, channels, flip, bias).Store(sums); }
                    else { SumFew(source + channel, pixels, channels, columns, flip, bias, sums); }
                    for (int i = 0; i < columns; i++) { to[image * channels + channel + i] = Requantization.Code(sums[i] * multiplier, output.ZeroPoint, output.Minimum, output.Maximum); }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(int batch, int pixels, int channels, ReadOnlySpan<float> x, Span<float> y)
    {
        GlobalPoolLoops.Require(batch, pixels, channels, x.Length, y.Length);
        fixed (float* from = x, to = y)
        {
            for (int image = 0; image < batch; image++)
            {
                float* source = from + (nint)image * pixels * channels, target = to + (nint)image * channels;
                int channel = 0;
                for (; channel <= channels - 8; channel += 8)
                {
                    Vector256<float> sum = default;
                    for (int pixel = 0; pixel < pixels; pixel++) { sum += Vector256.Load(source + (nint)pixel * channels + channel); }
                    (sum / Vector256.Create((float)pixels)).Store(target + channel);
                }
                for (; channel < channels; channel++)
                {
                    float sum = 0f;
                    for (int pixel = 0; pixel < pixels; pixel++) { sum += source[(nint)pixel * channels + channel]; }
                    target[channel] = sum / pixels;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> SumEight(byte* source, int pixels, int channels, int flip, int bias)
    {
        Vector256<int> sum = Vector256.Create(bias);
        for (int pixel = 0; pixel < pixels; pixel++, source += channels)
        {
            Vector128<byte> codes = Vector128.CreateScalarUnsafe(*(long*)source).AsByte() ^ Vector128.Create((byte)flip);
            sum += Vector256.WidenLower(Vector128.WidenLower(codes).ToVector256Unsafe()).AsInt32();
        }
        return sum;
    }

    private static void SumFew(byte* source, int pixels, int channels, int columns, int flip, int bias, int* sums)
    {
        new Span<int>(sums, columns).Fill(bias);
        for (int pixel = 0; pixel < pixels; pixel++, source += channels)
        {
            for (int i = 0; i < columns; i++) { sums[i] += source[i] ^ flip; }
        }
    }
}
