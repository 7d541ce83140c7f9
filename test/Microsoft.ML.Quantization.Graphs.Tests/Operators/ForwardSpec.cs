using Microsoft.ML.Quantization.Kernels;
using static Microsoft.ML.Quantization.Graphs.Tests.Values;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Forward against numbers worked out by hand, or by another algorithm in double precision.</summary>
[TestClass]
public sealed class ForwardSpec
{
    [TestMethod]
    public void Conv_by_hand() => AssertValues(
        // Rows 1 2 3 / 4 5 6 under taps 1 10 / 100 1000: the window reads as digits.
        OperatorCase.Of("Conv", Of([1, 1, 2, 3], 1, 2, 3, 4, 5, 6), Of([1, 1, 2, 2], 1, 10, 100, 1000), Of([1], 0.5f)), [5421.5f, 6532.5f]);

    [TestMethod]
    public void ConvTranspose_by_hand() => AssertValues(
        // Stride 1: each element stamps 1 10; neighbours overlap.
        OperatorCase.Of("ConvTranspose", Of([1, 1, 3], 1, 2, 3), Of([1, 1, 2], 1, 10)), [1, 12, 23, 30]);

    [TestMethod]
    public void ConvTranspose_output_padding_adds_at_the_end() => AssertValues(
        OperatorCase.Of("ConvTranspose", Of([1, 1, 2], 1, 2), Of([1, 1, 1], 3)).With("strides", new[] { 3 }).With("output_padding", new[] { 2 }), [3, 0, 0, 6, 0, 0]);

    [TestMethod]
    [DataRow("Conv, padded on one side, strided, dilated")]
    [DataRow("Conv in groups")]
    [DataRow("Conv depthwise")]
    [DataRow("Conv of volumes")]
    [DataRow("Conv of signals")]
    [DataRow("ConvTranspose with output padding")]
    [DataRow("ConvTranspose in groups, dilated")]
    public void Convolutions_agree_with_one_that_visits_inputs_instead_of_outputs(string title)
    {
        OperatorCase test = OperatorCases.Named(title);
        Tensor y = test.Forward();
        Assert.IsTrue(Distance(y, ScatteredConvolution.Run(test, y.Shape)) < 1e-4f);
    }

    [TestMethod]
    public void Gemm_by_hand() => AssertValues(
        OperatorCase.Of("Gemm", Of([2, 2], 1, 3, 2, 4), Of([2, 2], 5, 6, 7, 8), Of([2], 1, -1)).With("transA", 1).With("transB", 1).With("alpha", 2f).With("beta", 10f),
        // A' = 1 2 / 3 4, B' = 5 7 / 6 8: A'B' = 17 23 / 39 53.
        [44, 36, 88, 96]);

    [TestMethod]
    public void MatMul_broadcasts_stacks() => AssertValues(
        OperatorCase.Of("MatMul", Of([2, 1, 2], 1, 2, 3, 4), Of([1, 2, 1], 10, 1)), [12, 34]);

    [TestMethod]
    public void Broadcasting_aligns_last_axes() => AssertValues(
        OperatorCase.Of("Sub", Of([2, 1], 10, 20), Of([3], 1, 2, 3)), [9, 8, 7, 19, 18, 17]);

    [TestMethod]
    public void Division_of_integers_drops_the_fraction() =>
        CollectionAssert.AreEqual(new long[] { 3, -3, long.MinValue }, OperatorCases.Named("Div of integers").Forward().AsSpan<long>().ToArray());

    [TestMethod]
    public void Division_of_integers_by_zero_is_refused() =>
        Assert.ThrowsExactly<QuantizationException>(() => OperatorCase.Of("Div", Longs(1), Longs(0)).Forward());

    [TestMethod]
    public void Clip_takes_the_upper_end_where_ends_cross() => AssertValues(OperatorCase.Of("Clip", Of([3], -5, 0, 5), Scalar(2), Scalar(1)), [1, 1, 1]);

    [TestMethod]
    public void Clamping_hands_NaN_on()
    {
        Assert.IsTrue(float.IsNaN(OperatorCase.Of("Relu", Of([1], float.NaN)).Forward().AsSpan<float>()[0]));
        Assert.IsTrue(float.IsNaN(OperatorCase.Of("Clip", Of([1], float.NaN), Scalar(0), Scalar(1)).Forward().AsSpan<float>()[0]));
    }

    [TestMethod]
    public void LeakyRelu_by_hand() => AssertValues(OperatorCase.Of("LeakyRelu", Of([3], -4, 0, 4)).With("alpha", 0.25f), [-1, 0, 4]);

    [TestMethod]
    public void Sigmoid_and_Tanh_by_hand()
    {
        AssertValues(OperatorCase.Of("Sigmoid", Of([3], -1, 0, 100)), [0.26894143f, 0.5f, 1f]);
        AssertValues(OperatorCase.Of("Tanh", Of([3], -1, 0, 100)), [-0.7615942f, 0, 1]);
    }

    [TestMethod]
    public void BatchNormalization_by_hand() => AssertValues(
        OperatorCase.Of("BatchNormalization", Of([1, 2, 2], 1, 2, 3, 4), Of([2], 2, 1), Of([2], 10, 20), Of([2], 1, 3), Of([2], 3, 0)).With("epsilon", 1f),
        // Channel 0: (x − 1) · 2/√4 + 10, channel 1: (x − 3) · 1/√1 + 20.
        [10, 11, 20, 21]);

    [TestMethod]
    public void MaxPool_ignores_padding() => AssertValues(
        OperatorCase.Of("MaxPool", Of([1, 1, 4], -1, -2, -3, -4)).With("kernel_shape", new[] { 3 }).With("strides", new[] { 2 }).With("pads", new[] { 1, 1 }), [-1, -2]);

    [TestMethod]
    public void MaxPool_lets_NaN_win() => Assert.IsTrue(float.IsNaN(
        OperatorCase.Of("MaxPool", Of([1, 1, 3], 1, float.NaN, 2)).With("kernel_shape", new[] { 3 }).Forward().AsSpan<float>()[0]));

    [TestMethod]
    public void AveragePool_divides_by_elements_or_by_padding_too()
    {
        OperatorCase pool = OperatorCase.Of("AveragePool", Of([1, 1, 4], 2, 4, 6, 8)).With("kernel_shape", new[] { 3 }).With("strides", new[] { 2 }).With("pads", new[] { 1, 1 });
        AssertValues(pool, [3, 6]);
        AssertValues(pool.With("count_include_pad", 1), [2, 6]);
    }

    [TestMethod]
    public void AveragePool_never_counts_what_ceil_mode_adds_behind_the_padding() => AssertValues(
        // Windows 2 4, 6 and nothing: the last one holds one element.
        OperatorCase.Of("AveragePool", Of([1, 1, 3], 2, 4, 6)).With("kernel_shape", new[] { 2 }).With("strides", new[] { 2 }).With("ceil_mode", 1).With("count_include_pad", 1), [3, 6]);

    [TestMethod]
    public void Global_pools_by_hand()
    {
        Tensor image = Of([1, 2, 1, 4], 1, 2, 3, 6, -1, -2, -3, -6);
        AssertValues(OperatorCase.Of("GlobalAveragePool", image), [3, -3]);
        AssertValues(OperatorCase.Of("GlobalMaxPool", image), [6, -1]);
    }

    [TestMethod]
    public void Softmax_by_hand()
    {
        AssertValues(OperatorCase.Of("Softmax", Of([2, 2], 0, 0, 1000, 0)), [0.5f, 0.5f, 1, 0]);
        AssertValues(OperatorCase.Of("Softmax", Of([2, 2], 0, 0, 0, 1000)).With("axis", 0), [0.5f, 0, 0.5f, 1]);
    }

    [TestMethod]
    public void Softmax_before_opset_13_takes_all_axes_from_its_axis_on()
    {
        Tensor y = OperatorCase.Of("Softmax", Of([1, 2, 2], 0, 0, 0, 0)).At(12).Bound(Kernels.EngineList.Reference);
        CollectionAssert.AreEqual(new[] { 0.25f, 0.25f, 0.25f, 0.25f }, y.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Transpose_and_Concat_move_elements()
    {
        AssertValues(OperatorCase.Of("Transpose", Of([2, 3], 1, 2, 3, 4, 5, 6)), [1, 4, 2, 5, 3, 6]);
        AssertValues(OperatorCase.Of("Concat", Of([2, 1], 1, 2), Of([2, 2], 3, 4, 5, 6)).With("axis", 1), [1, 3, 4, 2, 5, 6]);
    }

    [TestMethod]
    public void Elementwise_functions_by_hand()
    {
        AssertValues(OperatorCase.Of("Abs", Of([2], -3, 2)), [3, 2]);
        AssertValues(OperatorCase.Of("Neg", Of([2], -3, 2)), [3, -2]);
        AssertValues(OperatorCase.Of("Sqrt", Of([2], 9, 2)), [3, 1.4142135f]);
        AssertValues(OperatorCase.Of("Exp", Of([2], 0, 1)), [1, 2.7182817f]);
        AssertValues(OperatorCase.Of("Log", Of([2], 1, 10)), [0, 2.3025851f]);
        AssertValues(OperatorCase.Of("Erf", Of([3], 0, 1, -0.5f)), [0, 0.8427008f, -0.5204999f]);
        AssertValues(OperatorCase.Of("HardSigmoid", Of([3], -9, 1, 9)), [0, 0.7f, 1]);
        AssertValues(OperatorCase.Of("HardSwish", Of([4], -4, -1.5f, 3, 5)).At(14), [0, -0.375f, 3, 5]);
        AssertValues(OperatorCase.Of("Elu", Of([2], -1, 3)).With("alpha", 2f), [-1.2642411f, 3]);
    }

    [TestMethod]
    public void Reductions_by_hand()
    {
        Tensor x = Of([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8);
        AssertValues(OperatorCase.Of("ReduceSum", x, Longs(1)).Fixing(1), [4, 6, 12, 14]);
        AssertValues(OperatorCase.Of("ReduceSum", x, Longs(0, 2)).Fixing(1), [14, 22]);
        AssertValues(OperatorCase.Of("ReduceMean", x), [4.5f]);
        AssertValues(OperatorCase.Of("ReduceMean", x).With("noop_with_empty_axes", 1), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    [TestMethod]
    [DataRow(3, 1, 20)]
    [DataRow(1, 15, 48)]
    [DataRow(2, 16, 5)]
    [DataRow(3, 37, 17)]
    [DataRow(4, 100, 1)]
    public void Sums_down_columns_have_the_bits_of_a_sum_of_each_column(int outer, int rows, int columns)
    {
        Tensor x = Floats(7, outer, rows, columns);
        float[] sums = OperatorCase.Of("ReduceSum", x, Longs(1)).Fixing(1).Forward().AsSpan<float>().ToArray();
        float[] means = OperatorCase.Of("ReduceMean", x).With("axes", new[] { 1 }).Forward().AsSpan<float>().ToArray();
        for (int i = 0; i < outer * columns; i++)
        {
            float[] column = [.. Enumerable.Range(0, rows).Select(row => x.AsSpan<float>()[(i / columns * rows + row) * columns + i % columns])];
            float expected = EngineList.Reference.Sum(column);
            Assert.AreEqual(expected, sums[i]);
            Assert.AreEqual(expected / rows, means[i]);
        }
    }

    [TestMethod]
    public void One_number_for_a_row_meets_every_element_of_it()
    {
        Tensor x = Floats(3, 2, 300), one = Of([2, 1], 3, -2);
        float[] left = OperatorCase.Of("Div", x, one).Forward().AsSpan<float>().ToArray(), right = OperatorCase.Of("Div", one, x).Forward().AsSpan<float>().ToArray();
        for (int i = 0; i < left.Length; i++)
        {
            (float element, float number) = (x.AsSpan<float>()[i], i < 300 ? 3f : -2f);
            Assert.AreEqual(element / number, left[i]);
            Assert.AreEqual(number / element, right[i]);
        }
    }

    [TestMethod]
    public void Slice_Pad_and_Gather_move_elements()
    {
        Tensor x = Of([2, 3], 1, 2, 3, 4, 5, 6);
        AssertValues(OperatorCase.Of("Slice", x, Longs(-1), Longs(-9), Longs(1), Longs(-2)).Fixing(1, 2, 3, 4), [3, 1, 6, 4]);
        AssertValues(OperatorCase.Of("Slice", x, Longs(1, 1), Longs(9, 2)).Fixing(1, 2), [5]);
        AssertValues(OperatorCase.Of("Pad", x, Longs(0, 1, 1, 0), Scalar(9)).Fixing(1, 2), [9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9]);
        AssertValues(OperatorCase.Of("Gather", x, Longs(-1, 0)).With("axis", 1), [3, 1, 6, 4]);
        Assert.ThrowsExactly<QuantizationException>(() => OperatorCase.Of("Gather", x, Longs(2)).Forward());
    }

    [TestMethod]
    public void QuantizeLinear_rounds_ties_to_even_and_saturates() => CollectionAssert.AreEqual(
        new byte[] { 10, 12, 12, 0, 255, 10 },
        OperatorCase.Of("QuantizeLinear", Of([6], 0.25f, 0.75f, 1.25f, -1e30f, float.PositiveInfinity, 0), Scalar(0.5f), Tensor.Scalar((byte)10)).Forward().Bytes.ToArray());

    [TestMethod]
    public void QuantizeLinear_has_zero_point_0_by_default() => CollectionAssert.AreEqual(
        new byte[] { 3, 0 }, OperatorCase.Of("QuantizeLinear", Of([2], 1.5f, -1), Scalar(0.5f)).At(10).Forward().Bytes.ToArray());

    [TestMethod]
    public void DequantizeLinear_by_hand()
    {
        AssertValues(OperatorCase.Of("DequantizeLinear", Tensor.Create<sbyte>([-128, 127], new Shape(1, 2)), Of([2], 0.5f, 2), Tensor.Create<sbyte>(-128, 27)), [0, 200]);
        AssertValues(OperatorCase.Of("DequantizeLinear", Tensor.Create(-3, 1 << 20), Scalar(0.5f)), [-1.5f, 524288]);
    }

    [TestMethod]
    public void Cast_drops_the_fraction() =>
        CollectionAssert.AreEqual(new long[] { 1, -1, 0 }, OperatorCase.Of("Cast", Of([3], 1.9f, -1.9f, 0.5f)).With("to", 7).Forward().AsSpan<long>().ToArray());

    [TestMethod]
    public void Cast_to_bool_is_true_for_anything_but_0() =>
        CollectionAssert.AreEqual(new byte[] { 1, 0, 1 }, OperatorCase.Of("Cast", Of([3], 0.1f, 0, -2)).With("to", 9).Forward().Bytes.ToArray());

    [TestMethod]
    public void A_fused_activation_clamps()
    {
        AssertValues(OperatorCase.Of("Add", Of([3], -1, 1, 9), Of([3], 0, 1, 1)).With(Node.Activation, "Relu"), [0, 2, 10]);
        AssertValues(OperatorCase.Of("Gemm", Of([1, 1], 5), Of([1, 2], 1, -1)).With(Node.Activation, "Clip").With(Node.ClipMinimum, -2f).With(Node.ClipMaximum, 3f), [3, -2]);
    }

    private static void AssertValues(OperatorCase test, float[] expected)
    {
        float[] actual = test.Forward().AsSpan<float>().ToArray();
        Assert.AreEqual(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], 1e-6f, $"element {i}"); }
    }
}
