using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
public sealed class NormalizationSpecs
{
    private static readonly QuantizedTensor s_x = QuantizedTensor.QuantizePerTensor(
        Tensor.Create<float>([.. Enumerable.Range(0, 24).Select(i => (i * 7 % 24) * 0.1f)], new Shape(2, 4, 3)), 0.02, 5, ElementType.QInt8);

    [TestMethod]
    public void Layer_norm_of_one_group_is_group_norm_without_weights() => CollectionAssert.AreEqual(
        Codes(Normalization.GroupNorm(s_x, 1, null, null, 1e-5, 0.03, 0)), Codes(Normalization.LayerNorm(s_x, [4, 3], null, null, 1e-5, 0.03, 0)));

    [TestMethod]
    public void Instance_norm_has_mean_0_and_variance_1_in_each_channel()
    {
        float[] y = Normalization.InstanceNorm(s_x, null, null, 0, 0.02, 0).Dequantize().AsSpan<float>().ToArray();
        foreach (float[] channel in y.Chunk(3))
        {
            Assert.AreEqual(0, channel.Average(), 0.02);
            Assert.AreEqual(1, channel.Average(v => v * v), 0.05);
        }
    }

    [TestMethod]
    public void A_constant_row_gives_the_bias()
    {
        QuantizedTensor x = QuantizedTensor.QuantizePerTensor(Tensor.Create<float>([2f, 2f], new Shape(1, 2)), 0.1, 0, ElementType.QUInt8);
        QuantizedTensor y = Normalization.LayerNorm(x, [2], null, Tensor.Create(1f, 3f), 1e-5, 0.5, 0);
        CollectionAssert.AreEqual(new byte[] { 2, 6 }, Codes(y));
    }

    [TestMethod]
    public void Batch_norm_with_relu_limits_from_the_zero_point()
    {
        Tensor ones = Tensor.Create(1f, 1f, 1f, 1f), zeros = Tensor.Create(0f, 0f, 0f, 0f);
        QuantizedTensor plain = BatchNormalization.BatchNorm(s_x, null, null, ones, ones, 0, 0.02, 3), relu = BatchNormalization.BatchNorm(s_x, ones, zeros, ones, ones, 0, 0.02, 3, relu: true);
        CollectionAssert.AreEqual(Codes(Activations.Relu(plain)), Codes(relu));
        CollectionAssert.AreNotEqual(Codes(plain), Codes(relu));
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        Tensor three = Tensor.Create(1f, 2f, 3f), four = Tensor.Create(1f, 1f, 1f, 1f);
        Refusal.Of(() => Normalization.LayerNorm(s_x, [4], null, null, 1e-5, 0.1, 0), "[4]", "last axes");
        Refusal.Of(() => Normalization.GroupNorm(s_x, 3, null, null, 1e-5, 0.1, 0), "4 channels", "3 groups");
        Refusal.Of(() => Normalization.InstanceNorm(s_x, three, null, 1e-5, 0.1, 0), "weight", "expected 4");
        Refusal.Of(() => BatchNormalization.BatchNorm(s_x, null, null, three, four, 1e-5, 0.1, 0), "mean", "expected 4");
        Refusal.Of(() => BatchNormalization.BatchNorm(QuantizedTensor.QuantizePerTensor([1f], 0.1, 0, ElementType.QUInt8), null, null, four, four, 1e-5, 0.1, 0), "[batch, channels]");
    }

    private static byte[] Codes(QuantizedTensor x) => x.Codes().Bytes.ToArray();
}
