using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class DynamicSpecs
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(1023)]
    [DataRow(1024)]
    [DataRow(2500)]
    public void A_product_is_exact_at_every_depth_on_every_engine(int depth)
    {
        // Extreme codes, so that a float accumulator could not hold the sums.
        sbyte[] codes = [.. Enumerable.Range(0, 3 * depth).Select(i => (sbyte)(i % 7 == 0 ? 127 : -128))];
        QuantizedTensor weight = QuantizedTensor.FromCodes(Tensor.Create<sbyte>(codes, new Shape(3, depth)), TensorQuantizer.PerChannel([1.0, 0.5, 0.25], [0, 0, 0], 0, ElementType.QInt8));
        Tensor x = Tensor.Create<float>([.. Enumerable.Range(0, 2 * depth).Select(i => i % 5 == 0 ? -3f : 7f + i % 3)], new Shape(2, depth));
        Tensor bias = Tensor.Create(1f, 2f, 3f);

        QuantizedTensor quantized = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8);
        byte[] inputs = quantized.Codes().AsSpan<byte>().ToArray();
        foreach (Engine engine in EnginesUnderTest.All)
        {
            float[] actual = DynamicFunctions.Linear(x, weight, bias, engine: engine).AsSpan<float>().ToArray();
            for (int i = 0; i < actual.Length; i++)
            {
                (int row, int output) = Math.DivRem(i, 3);
                long sum = Enumerable.Range(0, depth).Sum(k => (long)(inputs[row * depth + k] - quantized.QZeroPoint) * codes[output * depth + k]);
                float scale = (float)quantized.QScale * (float)weight.QPerChannelScales[output];
                Assert.AreEqual((float)sum * scale + bias.AsSpan<float>()[output], actual[i], $"{engine.Name}, element {i}");
            }
        }
    }

    [TestMethod]
    public void A_reduced_range_takes_half_of_the_codes()
    {
        Tensor x = Tensor.Create<float>([-1f, 0.3f, 1f], new Shape(1, 3));
        QuantizedTensor weight = GoldenTensors.QuantizeWeight(Tensor.Create<float>([0f, 1f, 0f], new Shape(1, 3)));
        // 0.3 is 38 steps of 2 / 255, and 19 steps of 2 / 127.
        Assert.AreEqual(38 * 2f / 255, DynamicFunctions.Linear(x, weight).AsSpan<float>()[0], 0.0024f);
        Assert.AreEqual(19 * 2f / 127, DynamicFunctions.Linear(x, weight, reduceRange: true).AsSpan<float>()[0], 0.0024f);
    }

    [TestMethod]
    public void Half_precision_weights_saturate()
    {
        Tensor y = DynamicFunctions.LinearFloat16(Tensor.Create<float>([1f, 1f], new Shape(1, 2)), Tensor.Create<float>([1e9f, 0f, 1f / 3, 0f], new Shape(2, 2)));
        CollectionAssert.AreEqual(new[] { 65504f, (float)(Half)(1f / 3) }, y.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void A_convolution_is_not_quantized_again_with_the_parameters_of_its_input()
    {
        // PyTorch's kernel would saturate at the input's range, 1.
        Tensor x = Tensor.Create<float>([1f, 1f, 1f], new Shape(1, 1, 3));
        QuantizedTensor weight = GoldenTensors.QuantizeWeight(Tensor.Create<float>([10f, 10f], new Shape(1, 2))).Reshaped(1, 1, 2);
        float[] y = DynamicFunctions.Conv(x, weight, Tensor.Create(5f)).AsSpan<float>().ToArray();
        Assert.HasCount(2, y);
        Assert.AreEqual(25f, y[0], 0.1f);
    }

    [TestMethod]
    public void A_transposed_convolution_scatters_what_a_convolution_gathers()
    {
        Tensor x = Tensor.Create<float>([1f, 2f, 4f, 3f], new Shape(1, 2, 2));
        QuantizedTensor weight = GoldenTensors.QuantizeWeight(Tensor.Create<float>([1f, -1f, 0.5f, 1f, 0f, -0.5f], new Shape(2, 3))).Reshaped(2, 1, 3);
        float[] w = weight.Dequantize().AsSpan<float>().ToArray(), input = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8).Dequantize().AsSpan<float>().ToArray();
        var expected = new float[6];
        for (int channel = 0; channel < 2; channel++)
        {
            for (int i = 0; i < 2; i++) { for (int k = 0; k < 3; k++) { expected[i * 2 + k] += input[channel * 2 + i] * w[channel * 3 + k]; } }
        }
        float[] y = DynamicFunctions.ConvTranspose(x, weight, settings: new() { Strides = [2], OutputPadding = [1] }).AsSpan<float>().ToArray();
        Assert.HasCount(expected.Length, y);
        for (int i = 0; i < y.Length; i++) { Assert.AreEqual(expected[i], y[i], 1e-5f); }
    }

    [TestMethod]
    public void Inputs_without_rows_give_outputs_without_rows()
    {
        QuantizedTensor weight = GoldenTensors.QuantizeWeight(Tensor.Create<float>([1f, 2f], new Shape(1, 2)));
        Assert.AreEqual(new Shape(0, 1), DynamicFunctions.Linear(new Tensor(ElementType.Float32, new Shape(0, 2)), weight).Shape);
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        Tensor x = Tensor.Create<float>([1f, 2f], new Shape(1, 2));
        QuantizedTensor weight = GoldenTensors.QuantizeWeight(x);
        Refusal.Of(() => DynamicFunctions.Linear(Tensor.Create(1f, 2f, 3f), weight), "float32[3]", "last axis of 2");
        Refusal.Of(() => DynamicFunctions.Linear(x, weight, Tensor.Create(1f, 2f)), "bias", "expected 1");
        Refusal.Of(() => DynamicFunctions.Linear(Tensor.Create<float>([1f, float.NaN], new Shape(1, 2)), weight), "finite");
        Refusal.Of(() => DynamicFunctions.Linear(x, QuantizedTensor.QuantizePerChannel(x, [0.1, 0.1], [0, 0], 1, ElementType.QInt8)), "axis 1", "axis 0");
        Refusal.Of(() => DynamicFunctions.LinearFloat16(x, Tensor.Create(1f)), "weight", "2 axes");
        Refusal.Of(() => DynamicFunctions.Conv(x, weight), "weight", "3 to 5 axes");
        Refusal.Of(() => DynamicFunctions.Conv(x, weight.Reshaped(1, 1, 2)), "input", "3 axes");
        Refusal.Of(() => DynamicFunctions.Conv(Tensor.Create<float>([1f, 2f], new Shape(1, 2, 1)), weight.Reshaped(1, 1, 2)), "1 channels");
    }
}
