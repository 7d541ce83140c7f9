using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
public sealed class EmbeddingSpecs
{
    // Rows whose values 8 bits hold exactly: 0, 1 and 2 times 255 codes of 1, 2 and 3.
    private static readonly PackedEmbedding s_table = PackedEmbedding.Pack(Tensor.Create<float>([0f, 255f, 0f, 510f, 0f, 765f, 100f, 100f], new Shape(4, 2)), 8);

    [TestMethod]
    public void A_row_is_codes_then_scale_then_bias()
    {
        CollectionAssert.AreEqual(new byte[] { 0, 255, 0, 0, 0, 64, 0, 0, 0, 0 }, s_table.Bytes.Bytes.Slice(10, 10).ToArray());
        PackedEmbedding four = PackedEmbedding.Pack(Tensor.Create<float>([0f, 15f, 3f, 2f], new Shape(1, 4)), 4);
        CollectionAssert.AreEqual(new byte[] { 0xF0, 0x23, 0x00, 0x3C, 0, 0 }, four.Bytes.Bytes.ToArray());
        PackedEmbedding two = PackedEmbedding.Pack(Tensor.Create<float>([0f, 1f, 2f, 3f], new Shape(1, 4)), 2);
        CollectionAssert.AreEqual(new byte[] { 0b11100100, 0x00, 0x3C, 0, 0 }, two.Bytes.Bytes.ToArray());
    }

    [TestMethod]
    [DataRow(BagMode.Sum, new[] { 100f, 1375f, 0f, 0f, 0f, 255f })]
    [DataRow(BagMode.Mean, new[] { 100f / 3, 1375f / 3, 0f, 0f, 0f, 255f })]
    [DataRow(BagMode.Max, new[] { 100f, 765f, 0f, 0f, 0f, 255f })]
    public void A_bag_is_reduced_and_an_empty_one_is_zeros(BagMode mode, float[] expected)
    {
        Tensor y = Embeddings.EmbeddingBag(s_table, Tensor.Create(1L, 2L, 3L, 0L), Tensor.Create(0L, 3L, 3L), new() { Mode = mode });
        CollectionAssert.AreEqual(expected, y.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void The_last_offset_may_be_the_end()
    {
        Tensor y = Embeddings.EmbeddingBag(s_table, Tensor.Create(0, 1, 2), Tensor.Create(0, 1, 2), new() { IncludeLastOffset = true });
        CollectionAssert.AreEqual(new[] { 0f, 255f, 0f, 510f }, y.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Without_offsets_each_row_of_indices_is_a_bag()
    {
        Tensor y = Embeddings.EmbeddingBag(s_table, Tensor.Create<long>([0, 1, 2, 2], new Shape(2, 2)), null);
        CollectionAssert.AreEqual(new[] { 0f, 765f, 0f, 1530f }, y.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void A_padding_index_is_neither_added_nor_counted()
    {
        Tensor y = Embeddings.EmbeddingBag(s_table, Tensor.Create(0L, 3L, 1L), Tensor.Create(0L), new() { Mode = BagMode.Mean, PaddingIndex = 3 });
        CollectionAssert.AreEqual(new[] { 0f, 382.5f }, y.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Rows_that_were_left_out_add_nothing()
    {
        Tensor mapping = Tensor.Create(-1, 0, -1, 1);
        CollectionAssert.AreEqual(new[] { 0f, 0f, 0f, 510f }, Embeddings.Embedding(s_table, Tensor.Create(0L, 3L), mapping).AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 0f, 765f }, Embeddings.EmbeddingBag(s_table, Tensor.Create(0L, 1L, 2L, 3L), Tensor.Create(0L), new() { CompressedIndices = mapping }).AsSpan<float>().ToArray());
        Assert.AreEqual(765f, Embeddings.Embedding(s_table, Tensor.Create(2L), Tensor.Create(0)).AsSpan<float>()[1], "a single 0 maps nothing");
    }

    [TestMethod]
    public void Rows_of_equal_numbers_come_back()
    {
        Assert.AreEqual(100f, s_table.Unpack().AsSpan<float>()[6]);
        Assert.AreEqual(0.5f, PackedEmbedding.Pack(Tensor.Create<float>([0.5f, 0.5f], new Shape(1, 2)), 4).Unpack().AsSpan<float>()[1]);
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        Tensor weight = Tensor.Create<float>([0f, 1f, 2f], new Shape(1, 3));
        Refusal.Of(() => PackedEmbedding.Pack(weight, 3), "3 bits", "8, 4 or 2");
        Refusal.Of(() => PackedEmbedding.Pack(weight, 4), "3 codes of 4 bits", "multiple of 2");
        Refusal.Of(() => PackedEmbedding.Pack(weight, 8, optimized: true), "4 and 2 bits");
        Refusal.Of(() => PackedEmbedding.Pack(Tensor.Create<float>([float.NaN, 1f], new Shape(1, 2)), 8), "Row 0", "finite");
        Refusal.Of(() => PackedEmbedding.Pack(QuantizedTensor.QuantizePerTensor(weight, 0.1, 0, ElementType.QUInt8)), "float zero point for each row");
        Refusal.Of(() => PackedEmbedding.FromBytes(Tensor.Create<byte>(1, 2), 8), "uint8[rows, bytes]");
        Refusal.Of(() => s_table.UnpackQuantized(), "packed from floats", "Unpack");
        Refusal.Of(() => Embeddings.Embedding(s_table, Tensor.Create(4L)), "index 4", "0 to 3");
        Refusal.Of(() => Embeddings.Embedding(s_table, Tensor.Create(-1L)), "index -1");
        Refusal.Of(() => Embeddings.Embedding(s_table, Tensor.Create(1f)), "int64 or int32");
        Refusal.Of(() => Embeddings.EmbeddingBag(s_table, Tensor.Create(1L), null), "without offsets");
        Refusal.Of(() => Embeddings.EmbeddingBag(s_table, Tensor.Create(1L), Tensor.Create(0L, 2L)), "Offset 1 is 2", "ascending");
        Refusal.Of(() => Embeddings.EmbeddingBag(s_table, Tensor.Create<long>([1], new Shape(1, 1)), Tensor.Create(0L)), "one axis");
        Refusal.Of(() => Embeddings.EmbeddingBag(s_table, Tensor.Create(1L), Tensor.Create(0L), new() { Mode = BagMode.Mean, PerSampleWeights = Tensor.Create(1f) }), "weights for Mean");
        Refusal.Of(() => Embeddings.EmbeddingBag(s_table, Tensor.Create(1L), Tensor.Create(0L), new() { PerSampleWeights = Tensor.Create(1f, 2f) }), "expected 1 float32");
        Refusal.Of(() => Embeddings.Embedding(s_table, Tensor.Create(9L), Tensor.Create(0, 1)), "compressed indices");
    }
}
