using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class ActivationSpecs
{
    private static readonly QuantizedTensor s_bytes = QuantizedTensor.QuantizePerTensor([-3f, -1f, -0.1f, 0f, 0.1f, 2f, 7f], 0.1, 40, ElementType.QUInt8);

    [TestMethod]
    public void Relu_in_place_changes_the_tensor_and_its_views()
    {
        QuantizedTensor x = QuantizedTensor.QuantizePerTensor([-1f, 2f], 0.5, 10, ElementType.QInt8);
        Assert.AreSame(x, Activations.ReluInPlace(x));
        CollectionAssert.AreEqual(new float[] { 0f, 2f }, x.Dequantize().AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Qint32_takes_the_same_functions_by_way_of_the_reals()
    {
        QuantizedTensor x = QuantizedTensor.QuantizePerTensor([-2f, 0f, 0.5f, 9f], 1e-6, 0, ElementType.QInt32);
        CollectionAssert.AreEqual(new float[] { 0f, 0f, 0.5f, 6f }, Activations.Relu6(x).Dequantize().AsSpan<float>().ToArray());
        float[] tanh = Activations.LeakyRelu(x, 0.25f).Dequantize().AsSpan<float>().ToArray();
        CollectionAssert.AreEqual(new float[] { -0.5f, 0f, 0.5f, 9f }, tanh);
        Assert.AreEqual(1.0 / 4294967296.0, Activations.Sigmoid(x).QScale);
    }

    [TestMethod]
    public void Ends_of_a_clamp_may_be_left_out_or_infinite()
    {
        CollectionAssert.AreEqual(Codes(Activations.Clamp(s_bytes, -0.1f, null)), Codes(Activations.Clamp(s_bytes, -0.1f, float.PositiveInfinity)));
        CollectionAssert.AreEqual(Codes(s_bytes), Codes(Activations.Clamp(s_bytes, float.NegativeInfinity, float.PositiveInfinity)));
        CollectionAssert.AreEqual(Codes(Activations.Relu6(s_bytes)), Codes(Activations.Hardtanh(s_bytes, 0f, 6f)));
    }

    [TestMethod]
    public void Every_engine_gives_the_same_codes()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            CollectionAssert.AreEqual(Codes(Activations.Gelu(s_bytes, engine: EngineList.Reference)), Codes(Activations.Gelu(s_bytes, engine: engine)), engine.Name);
            CollectionAssert.AreEqual(Codes(ParametricActivations.Softmax(s_bytes, 0, 1 / 256.0, 0, EngineList.Reference)), Codes(ParametricActivations.Softmax(s_bytes, 0, 1 / 256.0, 0, engine)), engine.Name);
        }
    }

    [TestMethod]
    public void Functions_multiply_by_the_reciprocal_where_graphs_divide()
    {
        // 0.45 / 0.3 is just below the tie 1.5 in float32, 0.45 · (1 / 0.3) is the tie itself or above: the first scale for which the two conventions differ.
        (float value, float scale) = Enumerable.Range(1, 100_000).Select(i => (Value: (i + 0.5f) * 0.3f, Scale: 0.3f))
            .First(pair => new CodeMap(pair.Scale, 0, QuantizationParameters.RangeOf(ElementType.QInt32), Rounding.Reciprocal).Code(pair.Value)
                != new CodeMap(pair.Scale, 0, QuantizationParameters.RangeOf(ElementType.QInt32), Rounding.Divide).Code(pair.Value));
        QuantizedTensor x = QuantizedTensor.EmptyAffine(new Shape(1), value, 0, ElementType.QInt32);
        x = QuantizedTensor.FromCodes(Tensor.Create(1), x.Quantizer);
        int code = Activations.LeakyRelu(x, 0.1f, scale, 0).Codes().AsSpan<int>()[0];
        Assert.AreEqual(new CodeMap(scale, 0, QuantizationParameters.RangeOf(ElementType.QInt32), Rounding.Reciprocal).Code(value), code);
    }

    [TestMethod]
    public void Softmax_runs_along_any_axis()
    {
        QuantizedTensor x = QuantizedTensor.QuantizePerTensor(Tensor.Create<float>([0f, 5f, 0f, 5f, 5f, 0f], new Shape(2, 3)), 0.1, 0, ElementType.QUInt8);
        float[] columns = ParametricActivations.Softmax(x, 0, 1 / 256.0, 0).Dequantize().AsSpan<float>().ToArray();
        for (int i = 0; i < 3; i++) { Assert.AreEqual(1f, columns[i] + columns[3 + i], 1f / 128); }
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        QuantizedTensor channels = QuantizedTensor.QuantizePerChannel(Tensor.Create<float>([1f, 2f], new Shape(2, 1)), [0.1, 0.2], [0, 0], 0, ElementType.QInt8);
        Refusal.Of(() => Activations.Relu(channels), "per_channel", "one scale", "Dequantize");
        Refusal.Of(() => Activations.ReluInPlace(channels), "8-bit type");
        Refusal.Of(() => Activations.Clamp(s_bytes, null, null), "minimum, a maximum or both");
        Refusal.Of(() => Activations.Clamp(s_bytes, float.NaN, 1f), "NaN");
        Refusal.Of(() => Activations.Celu(s_bytes, 0.1, 0, alpha: 0f), "alpha 0");
        Refusal.Of(() => Activations.Hardswish(s_bytes, 0, 0), "scale is 0", "above 0");
        Refusal.Of(() => ParametricActivations.PRelu(s_bytes, Activations.Relu(QuantizedTensor.QuantizePerTensor([1f, 2f], 0.1, 0, ElementType.QUInt8)), 0.1, 0), "2 slopes", "1 channels");
        Refusal.Of(() => ParametricActivations.PRelu(s_bytes, QuantizedTensor.QuantizePerTensor([1f], 0.1, 0, ElementType.QInt8), 0.1, 0), "same type");
    }

    private static byte[] Codes(QuantizedTensor x) => x.Codes().Bytes.ToArray();
}
