using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class ArithmeticSpec
{
    public static IEnumerable<object[]> Broadcasts =>
    [
        [new[] { 2, 3, 4 }, new[] { 4 }, new[] { 2, 3, 4 }],
        [new[] { 2, 1, 4 }, new[] { 3, 1 }, new[] { 2, 3, 4 }],
        [Array.Empty<int>(), new[] { 5 }, new[] { 5 }],
        [new[] { 1, 70 }, new[] { 33, 70 }, new[] { 33, 70 }],
        [new[] { 0, 3 }, new[] { 1, 3 }, new[] { 0, 3 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Broadcasts))]
    public void Operands_are_stretched_to_each_other_on_every_engine(int[] left, int[] right, int[] expected)
    {
        var random = new Random(21);
        QuantizedTensor a = RandomTensors.Of(random, ElementType.QInt8, 0.03, 5, left), b = RandomTensors.Of(random, ElementType.QInt8, 0.07, -20, right);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizedTensor sum = Arithmetic.Add(a, b, 0.1, 3, engine), product = Arithmetic.Mul(b, a, 0.2, 3, engine);
            Assert.AreEqual(new Shape(expected), sum.Shape);
            float[] x = a.Expand(expected).Dequantize().AsSpan<float>().ToArray(), y = b.Expand(expected).Dequantize().AsSpan<float>().ToArray();
            CollectionAssert.AreEqual(Codes(x.Zip(y, (p, q) => p + q), 0.1), sum.Ints(), engine.Name);
            CollectionAssert.AreEqual(Codes(x.Zip(y, (p, q) => p * q), 0.2), product.Ints(), engine.Name);
        }

        int[] Codes(IEnumerable<float> reals, double scale) => QuantizedTensor.QuantizePerTensor(Tensor.Create<float>([.. reals], new(expected)), scale, 3, ElementType.QInt8).Ints();
    }

    [TestMethod]
    public void Views_are_read_in_their_own_order()
    {
        QuantizedTensor x = RandomTensors.Of(new Random(22), ElementType.QUInt8, 0.1, 10, 3, 5), turned = x.Transpose(0, 1);
        CollectionAssert.AreEqual(Arithmetic.Add(turned.Contiguous(), turned, 0.2, 9).Ints(), Arithmetic.Add(turned, turned.Contiguous(), 0.2, 9).Ints());
    }

    [TestMethod]
    public void The_two_conventions_differ_where_a_quotient_is_close_to_a_tie()
    {
        // One step of scale `value` plus real 0 is exactly `value`.
        QuantizedTensor one = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>(1), BiasTie.Bias, 0), zero = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>(0), 1, 0);
        Assert.AreNotEqual(
            Arithmetic.Add(one, zero, BiasTie.Scale, 0, rounding: Rounding.Divide).Ints()[0],
            Arithmetic.Add(one, zero, BiasTie.Scale, 0, rounding: Rounding.Reciprocal).Ints()[0]);
        Assert.AreNotEqual(
            Concatenation.Cat([one], 0, BiasTie.Scale, 0, rounding: Rounding.Divide).Ints()[0],
            Concatenation.Cat([one], 0, BiasTie.Scale, 0, rounding: Rounding.Reciprocal).Ints()[0]);
    }

    [TestMethod]
    public void Leading_axes_of_a_product_are_stretched_too()
    {
        var random = new Random(23);
        QuantizedTensor a = RandomTensors.Of(random, ElementType.QUInt8, 0.03, 255, 2, 1, 3, 40), b = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 0, 5, 40, 4);
        QuantizedTensor y = MatrixProducts.MatMul(a, b, 0.9, 200);
        Assert.AreEqual(new Shape(2, 5, 3, 4), y.Shape);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            CollectionAssert.AreEqual(y.Ints(), MatrixProducts.MatMul(a, b, 0.9, 200, engine).Ints(), engine.Name);
            for (int i = 0; i < 10; i++)
            {
                QuantizedTensor one = MatrixProducts.MatMul(a.Select(0, i / 5).Select(0, 0), b.Select(0, i % 5), 0.9, 200, engine);
                CollectionAssert.AreEqual(one.Ints(), y.Select(0, i / 5).Select(0, i % 5).Ints());
            }
        }
        float[] x = a.Dequantize().AsSpan<float>().ToArray(), w = b.Dequantize().AsSpan<float>().ToArray();
        double real = Enumerable.Range(0, 40).Sum(k => (double)x[120 + 40 + k] * w[4 * 160 + k * 4 + 2]);
        int expected = (int)Math.Clamp(Math.Round(real / 0.9) + 200, 0, 255);
        Assert.IsTrue(Math.Abs(expected - y.Select(0, 1).Select(0, 4).Select(0, 1).Select(0, 2).Ints()[0]) <= 1);
    }

    [TestMethod]
    public void A_scalar_that_leaves_the_codes_grows_the_scale_and_keeps_the_reals()
    {
        QuantizedTensor x = RandomTensors.Of(new Random(24), ElementType.QInt8, 0.05, 12, 60);
        foreach (double scalar in new[] { 100.0, -100.0, 0.31, 0.0 })
        {
            QuantizedTensor y = TensorScalarArithmetic.AddScalar(x, scalar);
            float[] reals = x.Dequantize().AsSpan<float>().ToArray(), sums = y.Dequantize().AsSpan<float>().ToArray();
            // Half a step of either scale: the scalar is rounded to the first, the codes to the second.
            for (int i = 0; i < sums.Length; i++) { Assert.AreEqual(reals[i] + scalar, sums[i], 0.5 * (x.QScale + y.QScale) + 1e-4); }
        }
    }

    [TestMethod]
    public void A_negative_scalar_mirrors_the_codes_and_zero_forgets_them()
    {
        QuantizedTensor x = RandomTensors.Of(new Random(25), ElementType.QUInt8, 0.05, 12, 60);
        QuantizedTensor mirrored = TensorScalarArithmetic.MulScalar(x, -2), none = TensorScalarArithmetic.MulScalar(x, 0);
        Assert.AreEqual(0.1, mirrored.QScale, 1e-12);
        Assert.AreEqual(243, mirrored.QZeroPoint);
        CollectionAssert.AreEqual(Array.ConvertAll(x.Ints(), code => 255 - code), mirrored.Ints());
        Assert.AreEqual((1.0, 0, 0), (none.QScale, none.QZeroPoint, none.Ints().Max()));
        Assert.IsTrue(Array.TrueForAll(TensorScalarArithmetic.MulScalarRelu(x, -2).Ints(), code => code >= 243));
    }
}
