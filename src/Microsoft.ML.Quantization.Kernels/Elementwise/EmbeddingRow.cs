using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// One row of a table of codes as floats: <c>y[i] = float32(code[i] · scale) + bias</c>, rounded twice, on every processor the same. The formula is that of PyTorch's
/// <c>quantized::embedding_byte</c> and <c>quantized::embedding_4bit</c>.
/// </summary>
public static class EmbeddingRow
{
    /// <summary>uint8 codes.</summary>
    /// <exception cref="QuantizationException"><paramref name="y"/> is shorter than the codes.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Bytes(ReadOnlySpan<byte> codes, Span<float> y, float scale, float bias)
    {
        LengthCheck.AtLeast(y.Length, codes.Length);
        int i = 0;
        fixed (byte* from = codes)
        fixed (float* to = y)
        {
            Vector256<float> scales = Vector256.Create(scale), biases = Vector256.Create(bias);
            for (; i <= codes.Length - 8; i += 8) { (Vector256.ConvertToSingle(WideBytes.Load(from + i)) * scales + biases).Store(to + i); }
        }
        for (; i < codes.Length; i++) { y[i] = Real(codes[i], scale, bias); }
    }

    /// <summary>4-bit codes, two in a byte: the low bits are the first half of the row, the high bits the second.</summary>
    /// <exception cref="QuantizationException"><paramref name="y"/> is shorter than twice the bytes.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Nibbles(ReadOnlySpan<byte> codes, Span<float> y, float scale, float bias)
    {
        LengthCheck.AtLeast(y.Length, 2L * codes.Length);
        int i = 0, half = codes.Length;
        fixed (byte* from = codes)
        fixed (float* to = y)
        {
            Vector256<float> scales = Vector256.Create(scale), biases = Vector256.Create(bias);
            for (; i <= half - 8; i += 8)
            {
                Vector256<int> both = WideBytes.Load(from + i);
                (Vector256.ConvertToSingle(both & Vector256.Create(15)) * scales + biases).Store(to + i);
                (Vector256.ConvertToSingle(Vector256.ShiftRightLogical(both, 4)) * scales + biases).Store(to + half + i);
            }
        }
        for (; i < half; i++) { (y[i], y[half + i]) = (Real(codes[i] & 15, scale, bias), Real(codes[i] >> 4, scale, bias)); }
    }

    private static float Real(int code, float scale, float bias)
    {
        float scaled = code * scale;
        return scaled + bias;
    }
}
