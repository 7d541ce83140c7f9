using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Numerics;

[TestClass]
public sealed class QuantizerSpec
{
    [TestMethod]
    [DataRow(Rounding.Reciprocal)]
    [DataRow(Rounding.Divide)]
    public void NaN_gives_the_smallest_code_and_everything_too_large_saturates(Rounding rounding)
    {
        var map = new CodeMap(0.5f, 3, QuantizedRange.UInt8, rounding);
        Assert.AreEqual(0, map.Code(float.NaN));
        Assert.AreEqual(255, map.Code(float.PositiveInfinity));
        Assert.AreEqual(0, map.Code(float.NegativeInfinity));
        Assert.AreEqual(255, map.Code(3e38f));
        Assert.AreEqual(0, map.Code(-3e38f));
        Assert.AreEqual(255, map.Code(1e20f));
        Assert.AreEqual(3, map.Code(-0f));
    }

    [TestMethod]
    public void Rounding_conventions_differ_near_ties()
    {
        // float32(11.15f / 0.1f) is 111.49999; float32(1 / 0.1f) is exactly 10, and float32(11.15f · 10) exactly 111.5, which goes to the even 112.
        Assert.AreEqual(111, new CodeMap(0.1f, 0, QuantizedRange.Int8, Rounding.Divide).Code(11.15f));
        Assert.AreEqual(112, new CodeMap(0.1f, 0, QuantizedRange.Int8, Rounding.Reciprocal).Code(11.15f));
    }

    [TestMethod]
    public void Thirty_two_bit_codes_reach_both_ends_exactly()
    {
        QuantizedRange range = QuantizationParameters.RangeOf(ElementType.QInt32);
        var map = new CodeMap(1f, 100, range, Rounding.Divide);
        Assert.AreEqual(int.MaxValue, map.Code(2147483648f));
        Assert.AreEqual(int.MinValue, map.Code(-2147483904f));
        Assert.AreEqual(2147483520 + 100, map.Code(2147483520f));
        Assert.AreEqual(int.MinValue, new CodeMap(1f, -7, range, Rounding.Divide).Code(float.NegativeInfinity));
        Assert.AreEqual(int.MaxValue, new CodeMap(1f, int.MaxValue, range, Rounding.Divide).Code(3e9f));
    }

    [TestMethod]
    public void Tensors_are_quantized_along_their_axis_and_come_back()
    {
        var parameters = new QuantizationParameters([1f, 0.5f], [0, 10], 1, ElementType.QInt8);
        Tensor values = Tensor.Create<float>([1f, 2f, 1f, 2f, -3f, -4f, -3f, -4f], new Shape(2, 2, 2));
        Tensor codes = Quantizer.Quantize(values, parameters, Rounding.Divide);
        Assert.AreEqual(ElementType.Int8, codes.Type);
        CollectionAssert.AreEqual(new sbyte[] { 1, 2, 12, 14, -3, -4, 4, 2 }, codes.AsSpan<sbyte>().ToArray());
        CollectionAssert.AreEqual(values.AsSpan<float>().ToArray(), Dequantizer.Dequantize(codes, parameters).AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Every_storage_type_round_trips()
    {
        foreach (ElementType type in new[] { ElementType.QUInt8, ElementType.QInt8, ElementType.QInt32, ElementType.QUInt4x2 })
        {
            var parameters = new QuantizationParameters(0.25f, 2, type);
            Tensor codes = Quantizer.Quantize(Tensor.Create(0f, 0.25f, 1f), parameters, Rounding.Reciprocal);
            Assert.AreEqual(type.Storage(), codes.Type);
            CollectionAssert.AreEqual(new[] { 0f, 0.25f, 1f }, Dequantizer.Dequantize(codes, parameters).AsSpan<float>().ToArray());
        }
    }

    [TestMethod]
    public void Real_zero_points_are_added_before_rounding()
    {
        var parameters = QuantizationParameters.WithFloatZeroPoints([1f], [0.25f], 0, ElementType.QUInt8);
        var codes = new byte[5];
        Quantizer.Quantize<byte>([0.25f, 0.5f, -9f, 900f, float.NaN], new Shape(1, 5), codes, parameters, Rounding.Divide);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 0, 255, 0 }, codes);
        var values = new float[5];
        Dequantizer.Dequantize<byte>(codes, new Shape(1, 5), values, parameters);
        CollectionAssert.AreEqual(new[] { -0.25f, 0.75f, -0.25f, 254.75f, -0.25f }, values);
    }

    [TestMethod]
    public void Wrong_sizes_are_refused()
    {
        var perChannel = new QuantizationParameters([1f, 1f], [0, 0], 1, ElementType.QUInt8);
        Refusal.Of(() => Quantizer.Quantize<byte>(new float[2], new byte[3], 1f, 0, QuantizedRange.UInt8, Rounding.Divide), "Found 3 elements", "expected 2");
        Refusal.Of(() => Quantizer.Quantize<byte>(new float[6], new Shape(2, 3), new byte[6], perChannel, Rounding.Divide), "2 scales for axis 1", "[2, 3]", "expected 3");
        Refusal.Of(() => Quantizer.Quantize<byte>(new float[6], new Shape(6), new byte[6], perChannel, Rounding.Divide), "channel axis is 1", "from -1 to 0");
        Refusal.Of(() => Dequantizer.Dequantize<byte>(new byte[4], new Shape(2, 3), new float[4], perChannel), "expected");
    }
}
