using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Elementwise;

/// <summary>Rows of 8- and 4-bit codes as floats, against one number after the other, with guard pages at both ends.</summary>
[TestClass]
public sealed class EmbeddingRowSpec
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(8)]
    [DataRow(9)]
    [DataRow(64)]
    public void Every_number_is_code_times_scale_rounded_plus_bias_rounded(int length)
    {
        const float Scale = 0.0137f, Bias = -1.7f;
        using var codes = new GuardedBuffer<byte>(ExtremeData.Codes(length, 3));
        using var bytes = new GuardedBuffer<float>(length);
        using var nibbles = new GuardedBuffer<float>(2 * length);
        EmbeddingRow.Bytes(codes.Span, bytes.Span, Scale, Bias);
        EmbeddingRow.Nibbles(codes.Span, nibbles.Span, Scale, Bias);
        for (int i = 0; i < length; i++)
        {
            Assert.AreEqual(Expected(codes.Span[i]), bytes.Span[i]);
            Assert.AreEqual(Expected(codes.Span[i] & 15), nibbles.Span[i]);
            Assert.AreEqual(Expected(codes.Span[i] >> 4), nibbles.Span[length + i]);
        }

        // In double both are exact, so that each conversion rounds once.
        static float Expected(int code) => (float)((double)(float)((double)code * Scale) + Bias);
    }

    [TestMethod]
    public void A_buffer_that_is_too_short_is_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => EmbeddingRow.Bytes(new byte[3], new float[2], 1f, 0f)).Message, "3");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => EmbeddingRow.Nibbles(new byte[3], new float[5], 1f, 0f)).Message, "6");
    }
}
