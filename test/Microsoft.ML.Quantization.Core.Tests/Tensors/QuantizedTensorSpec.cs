using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Tensors;

/// <summary>Making quantized tensors and reading them back. Numbers are derived from <c>code = round(x / scale) + zeroPoint</c>.</summary>
[TestClass]
public sealed class QuantizedTensorSpec
{
    [TestMethod]
    public void One_scale_serves_the_whole_tensor()
    {
        var q = QuantizedTensor.QuantizePerTensor([-1f, 0f, 0.5f, 100f], 0.1, 20, ElementType.QUInt8);
        CollectionAssert.AreEqual(new byte[] { 10, 20, 25, 255 }, q.AsSpan<byte>().ToArray());
        Assert.AreEqual((0.1, 20, QScheme.PerTensorAffine, "quint8[4]"), (q.QScale, q.QZeroPoint, q.QScheme, q.ToString()));
        CollectionAssert.AreEqual(new[] { -1f, 0f, 0.5f, 23.5f }, q.Dequantize().AsSpan<float>().ToArray());
        Refusal.Of(() => _ = q.QPerChannelScales, nameof(q.QPerChannelScales), "per_tensor_affine", nameof(q.QScale));
    }

    [TestMethod]
    public void Each_channel_has_its_scale_in_double_precision()
    {
        var x = Tensor.Create<float>([1f, 2f, 3f, 4f], new Shape(2, 2));
        var q = QuantizedTensor.QuantizePerChannel(x, [0.5, 0.1], [0, 3], axis: -1, ElementType.QInt8);
        CollectionAssert.AreEqual(new sbyte[] { 2, 23, 6, 43 }, q.AsSpan<sbyte>().ToArray());
        CollectionAssert.AreEqual(new[] { 0.5, 0.1 }, q.QPerChannelScales.ToArray());
        CollectionAssert.AreEqual(new[] { 0, 3 }, q.QPerChannelZeroPoints.ToArray());
        Assert.AreEqual(1, q.QPerChannelAxis);
        Refusal.Of(() => _ = q.QScale, nameof(q.QScale), "per_channel_affine", "QPerChannel");
        // (6 - 0) * 0.1 in double rounds to 0.6f; the float32 product would be 0.6000000238418579 as well, 7 * 0.1 shows the difference.
        var sevens = QuantizedTensor.MakePerChannelQuantized(Tensor.Create<int>([7], new Shape(1, 1)), [0.1], [0], 0);
        Assert.AreEqual((float)(7 * 0.1), sevens.Dequantize().AsSpan<float>()[0]);
    }

    [TestMethod]
    public void Embeddings_have_real_valued_zero_points()
    {
        var x = Tensor.Create<float>([0.5f, 2f], new Shape(2, 1));
        var q = QuantizedTensor.QuantizePerChannelFloat(x, [0.5f, 1f], [2.5f, 0.25f], 0, ElementType.QUInt8);
        // 0.5/0.5 + 2.5 = 3.5, a tie, goes to the even 4; 2 + 0.25 goes to 2.
        CollectionAssert.AreEqual(new byte[] { 4, 2 }, q.AsSpan<byte>().ToArray());
        Assert.AreEqual(QScheme.PerChannelAffineFloatQParams, q.QScheme);
        CollectionAssert.AreEqual(new[] { 0.75f, 1.75f }, q.Dequantize().AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 2.5f, 0.25f }, q.QPerChannelFloatZeroPoints.ToArray());
        Refusal.Of(() => _ = q.QPerChannelZeroPoints, "real-valued");
    }

    [TestMethod]
    public void Four_bit_codes_share_bytes_low_nibble_first()
    {
        var codes = Tensor.Create<byte>([1, 2, 15, 4, 5], new Shape(5));
        var q = QuantizedTensor.FromCodes(codes, TensorQuantizer.PerTensor(0.5, 1, ElementType.QUInt4x2));
        CollectionAssert.AreEqual(new byte[] { 0x21, 0x4F, 0x05 }, q.IntRepr().Bytes.ToArray());
        CollectionAssert.AreEqual(codes.Bytes.ToArray(), q.Codes().Bytes.ToArray());
        CollectionAssert.AreEqual(new[] { 0f, 0.5f, 7f, 1.5f, 2f }, q.Dequantize().AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new byte[] { 0xF2, 0x04 }, q[1..4].IntRepr().Bytes.ToArray(), "a view that starts inside a byte");
        Refusal.Of(() => q.AsSpan<byte>(), "two codes in a byte");
        Refusal.Of(() => QuantizedTensor.FromCodes(Tensor.Create<byte>(16), q.Quantizer), "Code 0 is 16", "0..15");
    }

    [TestMethod]
    public void Dynamic_quantization_chooses_from_the_values()
    {
        var x = Tensor.Create<float>(-1f, 0f, 1.55f);
        var q = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8);
        (double scale, int zeroPoint) = DynamicParameters.Choose(-1f, 1.55f, new QuantizedRange(0, 255));
        Assert.AreEqual((scale, zeroPoint), (q.QScale, q.QZeroPoint));
        Assert.IsTrue(QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QInt8, reduceRange: true).Codes().AsSpan<sbyte>().ToArray().All(code => code is >= -64 and <= 63));
        Refusal.Of(() => QuantizedTensor.QuantizePerTensorDynamic(Tensor.Create<float>(), ElementType.QUInt8), "no values", "at least one");
        Refusal.Of(() => QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QInt32), "qint32", "quint8");
        Refusal.Of(() => QuantizedTensor.QuantizePerTensorDynamic(Tensor.Create<float>(1f, float.NaN), ElementType.QUInt8), "finite");
    }

    [TestMethod]
    public void Parameters_of_graphs_come_and_go()
    {
        var parameters = new QuantizationParameters([0.5f, 0.25f], [0, 1], 0, ElementType.QInt8);
        var q = QuantizedTensor.Quantize(Tensor.Create<float>([1f, 1f], new Shape(2, 1)), parameters);
        Assert.AreEqual(parameters, q.Quantizer.Narrowed);
        Assert.AreEqual(TensorQuantizer.Of(parameters), q.Quantizer);
        CollectionAssert.AreEqual(new sbyte[] { 2, 5 }, q.AsSpan<sbyte>().ToArray());
        var embedding = QuantizationParameters.WithFloatZeroPoints([0.5f], [0.5f], 0, ElementType.QUInt4x2);
        Assert.AreEqual(embedding, TensorQuantizer.Of(embedding).Narrowed);
        Assert.AreEqual("per_tensor_symmetric quint8 scale=1 zeroPoint=128 range=0..255", TensorQuantizer.PerTensor(1, 128, ElementType.QUInt8, symmetric: true).ToString());
        Assert.AreNotEqual(TensorQuantizer.PerTensor(1, 0, ElementType.QInt8), TensorQuantizer.PerTensor(1, 0, ElementType.QInt8, symmetric: true), "the scheme is part of it");
        Assert.AreNotEqual(TensorQuantizer.PerTensor(0.1, 0, ElementType.QInt8), TensorQuantizer.PerTensor(0.1f, 0, ElementType.QInt8), "scales are compared as doubles");
    }

    [TestMethod]
    public void Empty_tensors_hold_zero_codes()
    {
        var q = QuantizedTensor.EmptyPerChannelAffine(new Shape(2, 3), [1, 2], [1, 1], 0, ElementType.QInt8);
        CollectionAssert.AreEqual(new[] { -1f, -1f, -1f, -2f, -2f, -2f }, q.Dequantize().AsSpan<float>().ToArray());
        Assert.AreEqual(0, QuantizedTensor.EmptyAffine(new Shape(0, 3), 1, 0, ElementType.QUInt8).Dequantize().Length);
    }

    [TestMethod]
    public void What_has_no_meaning_is_refused()
    {
        Refusal.Of(() => QuantizedTensor.QuantizePerTensor([1f], 0, 0, ElementType.QUInt8), "scale is 0", "above 0");
        Refusal.Of(() => QuantizedTensor.QuantizePerTensor([1f], 1, 256, ElementType.QUInt8), "256", "0..255");
        Refusal.Of(() => QuantizedTensor.QuantizePerTensor([1f], 1, 0, ElementType.Float32), "float32", "quantized element type");
        Refusal.Of(() => QuantizedTensor.QuantizePerTensor(Tensor.Create<int>(1), 1, 0, ElementType.QUInt8), "int32");
        Refusal.Of(() => QuantizedTensor.FromCodes(Tensor.Create<sbyte>(1), TensorQuantizer.PerTensor(1, 0, ElementType.QUInt8)), "uint8", "found a tensor of int8");
        Refusal.Of(() => QuantizedTensor.MakePerTensorQuantized(Tensor.Create<long>(1), 1, 0), "int64", "int32");
        Refusal.Of(() => QuantizedTensor.MakePerChannelQuantized(Tensor.Create<sbyte>(1, 2, 3), [1, 1], [0, 0], 0), "2 scales", "expected 3");
        Refusal.Of(() => QuantizedTensor.QuantizePerTensor([1f], 1, 0, ElementType.QUInt8).AsSpan<sbyte>(), "quint8", "read as int8");
        var turned = QuantizedTensor.EmptyAffine(new Shape(2, 3), 1, 0, ElementType.QUInt8).Transpose(0, 1);
        Refusal.Of(() => turned.AsSpan<byte>(), "strides [1, 3]", nameof(turned.Contiguous));
    }

    [TestMethod]
    public void Half_precision_overflows_or_saturates_as_asked()
    {
        var x = Tensor.Create<float>(1f, 1e6f, -1e6f, float.NaN);
        CollectionAssert.AreEqual(new[] { (Half)1f, Half.PositiveInfinity, Half.NegativeInfinity, Half.NaN }, x.ToFloat16().AsSpan<Half>().ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 65504f, -65504f, float.NaN }, x.SaturateToFloat16().ToFloat32().AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { (Half)0.5f }, QuantizedTensor.QuantizePerTensor([0.5f], 0.25, 0, ElementType.QInt8).ToFloat16().AsSpan<Half>().ToArray());
        Refusal.Of(() => x.ToFloat32(), "float32", "float16");
    }
}
