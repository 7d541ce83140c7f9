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
    public static void Bytes(ReadOnlySpan<byte> codes, Span<float> y, float scale, float bias)
    {
        LengthCheck.AtLeast(y.Length, codes.Length);
        Write(codes, y, scale, bias, 0, byte.MaxValue);
    }

    /// <summary>4-bit codes, two in a byte: the low bits are the first half of the row, the high bits the second.</summary>
    /// <exception cref="QuantizationException"><paramref name="y"/> is shorter than twice the bytes.</exception>
    public static void Nibbles(ReadOnlySpan<byte> codes, Span<float> y, float scale, float bias)
    {
        LengthCheck.AtLeast(y.Length, 2L * codes.Length);
        Write(codes, y[..codes.Length], scale, bias, 0, 15);
        Write(codes, y.Slice(codes.Length, codes.Length), scale, bias, 4, 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Write(ReadOnlySpan<byte> codes, Span<float> y, float scale, float bias, int shift, int mask)
    {
        int i = 0;
        fixed (byte* from = codes)
        fixed (float* to = y)
        {
            Vector256<float> scales = Vector256.Create(scale), biases = Vector256.Create(bias);
            Vector256<int> masks = Vector256.Create(mask);
            for (; i <= codes.Length - 8; i += 8)
            {
                Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)(from + i)).AsByte());
                Vector256<int> integers = Vector256.ShiftRightLogical(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32(), shift) & masks;
                (Vector256.ConvertToSingle(integers) * scales + biases).Store(to + i);
            }
        }
        for (; i < codes.Length; i++)
        {
            float scaled = ((codes[i] >> shift) & mask) * scale;
            y[i] = scaled + bias;
        }
    }
}
