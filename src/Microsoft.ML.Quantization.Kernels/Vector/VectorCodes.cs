using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary><see cref="CodeLoops"/> on 32 codes at a time; what is left goes through the loops themselves.</summary>
internal static unsafe class VectorCodes<TPack> where TPack : struct, IBytePack
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> x, Span<byte> codes, in CodeParameters output)
    {
        LengthCheck.AtLeast(codes.Length, x.Length);
        Quantizer quantizer = new(output);
        int i = 0;
        fixed (float* from = x)
        fixed (byte* to = codes)
        {
            for (; i <= x.Length - 32; i += 32)
            {
                quantizer.StoreQuickly<TPack>(Vector256.Load(from + i), Vector256.Load(from + i + 8), Vector256.Load(from + i + 16), Vector256.Load(from + i + 24), to + i);
            }
        }
        CodeLoops.Quantize(x[i..], codes[i..], output);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(ReadOnlySpan<byte> codes, Span<float> y, in CodeParameters input)
    {
        LengthCheck.AtLeast(y.Length, codes.Length);
        Dequantizer dequantizer = new(input);
        int i = 0;
        fixed (byte* from = codes)
        fixed (float* to = y)
        {
            for (; i <= codes.Length - 8; i += 8) { dequantizer.Load(from + i).Store(to + i); }
        }
        CodeLoops.Dequantize(codes[i..], y[i..], input);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lookup(ReadOnlySpan<byte> codes, Span<byte> y, ReadOnlySpan<byte> table)
    {
        LengthCheck.AtLeast(y.Length, codes.Length);
        LengthCheck.AtLeast(table.Length, 256);
        fixed (byte* from = codes, to = y, map = table)
        {
            for (int i = 0; i < codes.Length; i++) { to[i] = map[from[i]]; }
        }
    }

    /// <summary>Sums, or products when <typeparamref name="TProduct"/> is true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine<TProduct>(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output) where TProduct : struct, IFlag
    {
        LengthCheck.AtLeast(b.Length, a.Length);
        LengthCheck.AtLeast(y.Length, a.Length);
        Dequantizer left = new(aMap), right = new(bMap);
        Quantizer quantizer = new(output);
        int i = 0;
        fixed (byte* p = a, q = b, to = y)
        {
            for (; i <= a.Length - 32; i += 32)
            {
                quantizer.Store<TPack>(
                    Both<TProduct>(left.Load(p + i), right.Load(q + i)), Both<TProduct>(left.Load(p + i + 8), right.Load(q + i + 8)),
                    Both<TProduct>(left.Load(p + i + 16), right.Load(q + i + 16)), Both<TProduct>(left.Load(p + i + 24), right.Load(q + i + 24)), to + i);
            }
        }
        if (TProduct.Value) { CodeLoops.Multiply(a[i..], aMap, b[i..], bMap, y[i..], output); }
        else { CodeLoops.Add(a[i..], aMap, b[i..], bMap, y[i..], output); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Both<TProduct>(Vector256<float> a, Vector256<float> b) where TProduct : struct, IFlag => TProduct.Value ? a * b : a + b;
}
