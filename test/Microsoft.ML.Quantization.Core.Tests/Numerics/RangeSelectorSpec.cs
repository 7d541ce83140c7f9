using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Numerics;

[TestClass]
public sealed class RangeSelectorSpec
{
    [TestMethod]
    [DataRow(ElementType.QUInt8, null, null, false, 0, 255)]
    [DataRow(ElementType.QUInt8, null, null, true, 0, 127)]
    [DataRow(ElementType.QInt8, null, null, false, -128, 127)]
    [DataRow(ElementType.QInt8, null, null, true, -64, 63)]
    [DataRow(ElementType.QInt32, null, null, true, int.MinValue, int.MaxValue)]
    [DataRow(ElementType.QUInt4x2, null, null, true, 0, 15)]
    [DataRow(ElementType.QUInt8, 0, 255, true, 0, 127)]
    [DataRow(ElementType.QInt8, -127, 127, true, -64, 63)]
    [DataRow(ElementType.QInt8, -127, 127, false, -127, 127)]
    public void Ranges_follow_type_and_settings(ElementType type, int? low, int? high, bool reduce, int minimum, int maximum) =>
        Assert.AreEqual(new QuantizedRange(minimum, maximum), RangeSelector.Select(type, low, high, reduce));

    [TestMethod]
    public void Impossible_ranges_are_refused()
    {
        Refusal.Of(() => RangeSelector.Select(ElementType.QUInt8, 0), "quant_min=0", "quant_max=nothing", "both ends");
        Refusal.Of(() => RangeSelector.Select(ElementType.QUInt8, 5, 5), "quant_min=5", "below quant_max");
        Refusal.Of(() => RangeSelector.Select(ElementType.QUInt8, 1, 5), "1..5", "holds 0");
        Refusal.Of(() => RangeSelector.Select(ElementType.QUInt8, -1, 5), "-1..5", "quint8", "0..255");
        Refusal.Of(() => RangeSelector.Select(ElementType.Float32), "float32 is not a quantized element type");
    }
}
