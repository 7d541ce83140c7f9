using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;
using Requantization = Microsoft.ML.Quantization.Kernels.Requantization;

namespace Microsoft.ML.Quantization.ArmCheck;

/// <summary>Element-wise kernels on codes, and pools.</summary>
internal static unsafe class CodeSuites<TPack> where TPack : struct, IBytePack
{
    public static void Elementwise(ref CheckData data)
    {
        int count = data.Next(140);
        byte* a = data.Codes(count), b = data.Codes(count), table = data.Codes(256), codes = data.Take<byte>(count), plain = data.Take<byte>(count);
        float* x = data.Floats(count), y = data.Take<float>(count);
        CodeParameters left = Map(ref data), right = Map(ref data), output = Map(ref data);
        VectorCodes<TPack>.Quantize(new(x, count), new(codes, count), output);
        CodeLoops.Quantize(new(x, count), new(plain, count), output);
        Compare(ref data, plain, codes, count);
        VectorCodes<TPack>.Dequantize(new(a, count), new(y, count), left);
        for (int i = 0; i < count; i++) { data.Same(left.Real(a[i]), y[i]); }
        VectorCodes<TPack>.Combine<No>(new(a, count), left, new(b, count), right, new(codes, count), output);
        CodeLoops.Add(new(a, count), left, new(b, count), right, new(plain, count), output);
        Compare(ref data, plain, codes, count);
        VectorCodes<TPack>.Combine<Yes>(new(a, count), left, new(b, count), right, new(codes, count), output);
        CodeLoops.Multiply(new(a, count), left, new(b, count), right, new(plain, count), output);
        Compare(ref data, plain, codes, count);
        VectorCodes<TPack>.Lookup(new(a, count), new(codes, count), new(table, 256));
        CodeLoops.Lookup(new(a, count), new(plain, count), new(table, 256));
        Compare(ref data, plain, codes, count);
    }

    public static void Pools(ref CheckData data)
    {
        int channels = 1 + data.Next(75), pixels = 1 + data.Next(12), count = data.Next(pixels + 1);
        byte* x = data.Codes(pixels * channels), y = data.Take<byte>(channels), plain = data.Take<byte>(channels);
        float* real = data.Floats(pixels * channels), mean = data.Take<float>(channels);
        int* taps = data.Take<int>(count);
        for (int tap = 0; tap < count; tap++) { taps[tap] = data.Next(pixels); }
        CodeParameters input = Map(ref data), output = Map(ref data);
        float multiplier = data.Next(1000) * 1e-4f, divisor = Math.Max(1, count);

        VectorPools.MaxPixel(x, taps, count, channels, y, input.Signed);
        for (int c = 0; c < channels; c++)
        {
            int largest = input.Signed ? -128 : 0;
            for (int tap = 0; tap < count; tap++) { largest = Math.Max(largest, input.Signed ? (sbyte)x[taps[tap] * channels + c] : x[taps[tap] * channels + c]); }
            data.Same((byte)largest, y[c]);
        }
        VectorPools.MaxPixel(real, taps, count, channels, mean);
        for (int c = 0; c < channels; c++)
        {
            float largest = float.NegativeInfinity;
            for (int tap = 0; tap < count; tap++) { largest = real[taps[tap] * channels + c] > largest ? real[taps[tap] * channels + c] : largest; }
            data.Same(largest, mean[c]);
        }
        VectorAveragePools.AveragePixel(x, taps, count, channels, y, input, output, multiplier);
        for (int c = 0; c < channels; c++)
        {
            int sum = 0;
            for (int tap = 0; tap < count; tap++) { sum += (input.Signed ? (sbyte)x[taps[tap] * channels + c] : x[taps[tap] * channels + c]) - input.ZeroPoint; }
            data.Same(Requantization.Code(sum * multiplier, output.ZeroPoint, output.Minimum, output.Maximum), y[c]);
        }
        VectorAveragePools.AveragePixel(real, taps, count, channels, mean, divisor);
        for (int c = 0; c < channels; c++)
        {
            float sum = 0f;
            for (int tap = 0; tap < count; tap++) { sum += real[taps[tap] * channels + c]; }
            data.Same(sum / divisor, mean[c]);
        }
        VectorGlobalPools.Average(1, pixels, channels, new(x, pixels * channels), input, new(y, channels), output);
        GlobalPoolLoops.Average(1, pixels, channels, new(x, pixels * channels), input, new(plain, channels), output);
        Compare(ref data, plain, y, channels);
    }

    private static CodeParameters Map(ref CheckData data)
    {
        bool signed = data.Next(2) == 1;
        int lowest = signed ? -128 : 0, minimum = lowest + data.Next(100), maximum = minimum + data.Next(lowest + 256 - minimum);
        return new((1 + data.Next(1000)) * 0.003f, lowest + data.Next(256), minimum, maximum, signed, data.Next(2) == 1 ? Rounding.Divide : Rounding.Reciprocal);
    }

    private static void Compare(ref CheckData data, byte* expected, byte* actual, int count)
    {
        for (int i = 0; i < count; i++) { data.Same(expected[i], actual[i]); }
    }
}
