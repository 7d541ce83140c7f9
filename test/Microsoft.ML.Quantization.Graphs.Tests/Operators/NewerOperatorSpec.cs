using static Microsoft.ML.Quantization.Graphs.Tests.Values;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Operators of operator sets 16 to 28 by hand; ONNX's node tests compare them with its reference.</summary>
[TestClass]
public sealed class NewerOperatorSpec
{
    [TestMethod]
    public void RMSNormalization_by_hand() => AssertValues(
        // √((9 + 16 + 0 + 0) / 4) = 2.5.
        OperatorCase.Of("RMSNormalization", Of([1, 4], 3, 4, 0, 0), Of([4], 1, 2, 3, 4)).At(23).With("epsilon", 0f), [1.2f, 3.2f, 0, 0]);

    [TestMethod]
    public void RotaryEmbedding_turns_halves_or_neighbours()
    {
        // A quarter turn: (a, b) becomes (−b, a).
        AssertValues(OperatorCase.Of("RotaryEmbedding", Of([1, 1, 1, 4], 1, 2, 3, 4), Of([1, 1, 2], 0, 0), Of([1, 1, 2], 1, 1)).At(23), [-3, -4, 1, 2]);
        AssertValues(OperatorCase.Of("RotaryEmbedding", Of([1, 1, 1, 4], 1, 2, 3, 4), Of([1, 1, 2], 0, 0), Of([1, 1, 2], 1, 1)).At(23).With("interleaved", 1), [-2, 1, -4, 3]);
    }

    [TestMethod]
    public void Attention_of_equal_scores_is_a_mean_and_causal_rows_see_no_later_key()
    {
        OperatorCase plain = OperatorCase.Of("Attention", Of([1, 1, 2, 1], 0, 0), Of([1, 1, 2, 1], 5, 7), Of([1, 1, 2, 1], 2, 4)).At(23);
        AssertValues(plain, [3, 3]);
        AssertValues(plain.With("is_causal", 1), [2, 3]);
    }

    [TestMethod]
    public void A_row_of_attention_that_may_see_nothing_is_zero() => AssertValues(
        OperatorCase.Of("Attention", Of([1, 1, 2, 1], 0, 0), Of([1, 1, 2, 1], 5, 7), Of([1, 1, 2, 1], 2, 4), Of([2, 2], float.NegativeInfinity, float.NegativeInfinity, 0, float.NegativeInfinity)).At(23), [0, 2]);

    [TestMethod]
    public void Attention_puts_the_past_in_front_and_leaves_padding_out()
    {
        AssertValues(OperatorCase.Of("Attention", Of([1, 1, 1, 1], 0f), Of([1, 1, 1, 1], 5f), Of([1, 1, 1, 1], 2f), null, Of([1, 1, 1, 1], 1f), Of([1, 1, 1, 1], 8f)).At(23).With("is_causal", 1), [5]);
        AssertValues(OperatorCase.Of("Attention", Of([1, 1, 1, 1], 0f), Of([1, 1, 2, 1], 5, 7), Of([1, 1, 2, 1], 2, 4), null, null, null, Longs(1)).At(24), [2]);
    }

    [TestMethod]
    public void Places_of_a_grid_outside_of_the_image_follow_the_padding()
    {
        // With align_corners, 3 is twice the half width behind the right end of 1 2 3.
        OperatorCase test = OperatorCase.Of("GridSample", Of([1, 1, 1, 3], 1, 2, 3), Of([1, 1, 3, 2], 0.5f, 0, 2, 0, float.NaN, 0)).At(20).With("align_corners", 1);
        AssertValues(test, [2.5f, 0, 0]);
        AssertValues(test.With("padding_mode", "border"), [2.5f, 3, 1]);
        AssertValues(test.With("padding_mode", "reflection").With("mode", "nearest"), [3, 2, 1]);
    }

    [TestMethod]
    public void Blocks_of_Col2Im_are_added_where_they_overlap() => AssertValues(
        OperatorCase.Of("Col2Im", Of([1, 2, 2], 1, 2, 30, 40), Longs(1, 3), Longs(1, 2)).At(18), [1, 32, 40]);

    [TestMethod]
    public void CenterCropPad_takes_the_middle_or_puts_into_the_middle() => AssertValues(
        OperatorCase.Of("CenterCropPad", Of([2, 4], 1, 2, 3, 4, 5, 6, 7, 8), Longs(3, 1)).At(18), [2, 6, 0]);

    [TestMethod]
    public void RoiAlign_means_samples_of_a_box() => AssertValues(
        // One sample in the middle of the whole 2 × 2 map.
        OperatorCase.Of("RoiAlign", Of([1, 1, 2, 2], 1, 2, 3, 4), Of([1, 4], 0, 0, 2, 2), Longs(0)).At(16).With("sampling_ratio", 1), [2.5f]);

    [TestMethod]
    [DataRow(23, "x: float32[2, 6]", "RMSNormalization(x, x) {axis = 2}", "axis 2 is outside")]
    [DataRow(23, "x: float32[1, 2, 6] | c: float32[1, 2, 2]", "RotaryEmbedding(x, c, c)", "num_heads is 0")]
    [DataRow(23, "x: float32[1, 2, 6] | c: float32[1, 2, 2]", "RotaryEmbedding(x, c, c) {num_heads = 2}", "it turns 3 of 3")]
    [DataRow(23, "x: float32[1, 2, 6]", "Attention(x, x, x)", "q_num_heads is 0")]
    [DataRow(23, "x: float32[1, 3, 2, 6] | k: float32[1, 2, 2, 6]", "Attention(x, k, k)", "a multiple of key heads")]
    [DataRow(23, "x: float32[1, 3, 2, 6] | m: int64[2, 2]", "Attention(x, x, x, m)", "expected bool or float32")]
    [DataRow(23, "x: float32[1, 3, 2, 6] | m: bool[2, 3]", "Attention(x, x, x, m)", "its mask is bool[2, 3]")]
    [DataRow(18, "x: float32[2, 6] | s: int64[3]", "GridSample(x, x)", "expected at least 3")]
    [DataRow(18, "x: float32[1, 1, 2, 2]", "GridSample(x, x) {mode = \"area\"}", "mode is 'area'")]
    [DataRow(24, "x: float32[2, 3, 4] | u: float32[2, 4, 4]", "TensorScatter(x, u)", "or fewer on axis 1")]
    [DataRow(26, "x: float32[2]", "BitCast(x) {to = 7}", "as many bits")]
    [DataRow(28, "x: float32[2] | w: float32[3]", "SwiGLU(x, w)", "expected the same shape")]
    [DataRow(23, "x: uint8[n, 2] | s: float32[]", "DequantizeLinear(x, s) {output_dtype = 10}", "output_dtype is 10")]
    public void What_cannot_be_is_refused_with_a_reason(int opset, string inputs, string node, string reason)
    {
        string text = $"graph g opset {opset}\n{string.Concat(inputs.Split(" | ").Select(input => $"input {input}\n"))}node n: y = {node}\noutput y";
        var problem = Assert.ThrowsExactly<QuantizationException>(() => GraphText.Parse(text));
        StringAssert.Contains(problem.Message, reason);
        StringAssert.Contains(problem.Message, " 'n'");
    }

    [TestMethod]
    public void A_cache_that_is_full_is_not_written_beyond_its_end() => Assert.ThrowsExactly<QuantizationException>(() =>
        OperatorCase.Of("TensorScatter", Floats(1, 1, 3, 2), Floats(2, 1, 2, 2), Longs(2)).At(24).Forward());

    private static void AssertValues(OperatorCase test, float[] expected)
    {
        float[] actual = test.Forward().AsSpan<float>().ToArray();
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], 1e-5f, $"element {i} of [{string.Join(", ", actual)}]"); }
    }
}
