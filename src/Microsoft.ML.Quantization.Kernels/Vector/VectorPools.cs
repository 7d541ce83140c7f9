using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Largest values over windows, a register of channels at a time. Channels that fill no register go through plain code.</summary>
internal static unsafe class VectorPools
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, Span<byte> y, bool signed)
    {
        PoolLoops.Require(tables, batch, channels, x.Length, y.Length);
        fixed (byte* from = x, to = y)
        fixed (int* sources = tables.Sources)
        {
            for (int row = 0; row < batch * tables.OutputPixels; row++)
            {
                (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
                byte* source = from + (nint)image * tables.InputPixels * channels, target = to + (nint)row * channels;
                MaxPixel(source, sources + pixel * tables.Taps, tables.Inside[pixel], channels, target, signed);
            }
        }
    }

    /// <summary>One window of codes.</summary>
    /// <param name="source">The image.</param>
    /// <param name="taps">Its pixels in the window.</param>
    /// <param name="count">How many.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="target">The output pixel.</param>
    /// <param name="signed">Whether the codes are int8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaxPixel(byte* source, int* taps, int count, int channels, byte* target, bool signed)
    {
        Vector256<byte> flip = Vector256.Create(signed ? (byte)0x80 : (byte)0);
        int channel = 0;
        for (; channel <= channels - 32; channel += 32)
        {
            Vector256<byte> largest = default;
            for (int tap = 0; tap < count; tap++) { largest = Vector256.Max(largest, Vector256.Load(source + (nint)taps[tap] * channels + channel) ^ flip); }
            (largest ^ flip).Store(target + channel);
        }
        for (; channel <= channels - 8; channel += 8)
        {
            Vector128<byte> largest = default;
            for (int tap = 0; tap < count; tap++) { largest = Vector128.Max(largest, Vector128.CreateScalarUnsafe(*(long*)(source + (nint)taps[tap] * channels + channel)).AsByte() ^ flip.GetLower()); }
            *(long*)(target + channel) = (largest ^ flip.GetLower()).AsInt64().GetElement(0);
        }
        for (; channel < channels; channel++)
        {
            int largest = 0;
            for (int tap = 0; tap < count; tap++) { largest = Math.Max(largest, source[(nint)taps[tap] * channels + channel] ^ (signed ? 0x80 : 0)); }
            target[channel] = (byte)(largest ^ (signed ? 0x80 : 0));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y)
    {
        PoolLoops.Require(tables, batch, channels, x.Length, y.Length);
        fixed (float* from = x, to = y)
        fixed (int* sources = tables.Sources)
        {
            for (int row = 0; row < batch * tables.OutputPixels; row++)
            {
                (int image, int pixel) = Math.DivRem(row, tables.OutputPixels);
                float* source = from + (nint)image * tables.InputPixels * channels, target = to + (nint)row * channels;
                MaxPixel(source, sources + pixel * tables.Taps, tables.Inside[pixel], channels, target);
            }
        }
    }

    /// <summary>One window of floats, as for codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaxPixel(float* source, int* taps, int count, int channels, float* target)
    {
        int channel = 0;
        for (; channel <= channels - 8; channel += 8)
        {
            Vector256<float> largest = Vector256.Create(float.NegativeInfinity);
            for (int tap = 0; tap < count; tap++)
            {
                Vector256<float> value = Vector256.Load(source + (nint)taps[tap] * channels + channel);
                largest = Vector256.ConditionalSelect(Vector256.GreaterThan(value, largest) | ~Vector256.Equals(value, value), value, largest);
            }
            largest.Store(target + channel);
        }
        for (; channel < channels; channel++)
        {
            float largest = float.NegativeInfinity;
            for (int tap = 0; tap < count; tap++)
            {
                float value = source[(nint)taps[tap] * channels + channel];
                largest = value > largest || float.IsNaN(value) ? value : largest;
            }
            target[channel] = largest;
        }
    }
}
