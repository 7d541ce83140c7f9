using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Element-wise kernels on 8-bit codes as plain loops: the meaning every engine reproduces.</summary>
internal static class CodeLoops
{
    public static void Quantize(ReadOnlySpan<float> x, Span<byte> codes, in CodeParameters output)
    {
        LengthCheck.AtLeast(codes.Length, x.Length);
        for (int i = 0; i < x.Length; i++) { codes[i] = output.Code(x[i]); }
    }

    public static void Dequantize(ReadOnlySpan<byte> codes, Span<float> y, in CodeParameters input)
    {
        LengthCheck.AtLeast(y.Length, codes.Length);
        for (int i = 0; i < codes.Length; i++) { y[i] = input.Real(codes[i]); }
    }

    public static void Add(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output)
    {
        LengthCheck.AtLeast(b.Length, a.Length);
        LengthCheck.AtLeast(y.Length, a.Length);
        for (int i = 0; i < a.Length; i++) { y[i] = output.Code(aMap.Real(a[i]) + bMap.Real(b[i])); }
    }

    public static void Multiply(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output)
    {
        LengthCheck.AtLeast(b.Length, a.Length);
        LengthCheck.AtLeast(y.Length, a.Length);
        for (int i = 0; i < a.Length; i++) { y[i] = output.Code(aMap.Real(a[i]) * bMap.Real(b[i])); }
    }

    public static void Lookup(ReadOnlySpan<byte> codes, Span<byte> y, ReadOnlySpan<byte> table)
    {
        LengthCheck.AtLeast(y.Length, codes.Length);
        LengthCheck.AtLeast(table.Length, 256);
        for (int i = 0; i < codes.Length; i++) { y[i] = table[codes[i]]; }
    }

    /// <summary>The map of one channel of a per-channel tensor.</summary>
    public static CodeParameters Channel(QuantizationParameters parameters, int channel, Rounding rounding) => new(
        parameters.Scales[channel], parameters.ZeroPoints[channel], parameters.Range.Minimum, parameters.Range.Maximum,
        parameters.Type == ElementType.QInt8, rounding);
}
