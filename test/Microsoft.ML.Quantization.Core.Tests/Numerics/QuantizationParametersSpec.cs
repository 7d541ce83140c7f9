using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Numerics;

[TestClass]
public sealed class QuantizationParametersSpec
{
    [TestMethod]
    public void Impossible_parameters_cannot_exist()
    {
        Refusal.Of(() => New(0f, 0), "A scale is 0", "above 0");
        Refusal.Of(() => New(float.NaN, 0), "A scale is NaN");
        Refusal.Of(() => New(1f, 256), "zero point is 256", "0..255");
        Refusal.Of(() => New(1f, 0, ElementType.Float32), "float32");
        Refusal.Of(() => New(1f, 0, ElementType.QUInt8, new(-1, 5)), "-1..5", "0..255");
        Refusal.Of(() => New(1f, 0, ElementType.QUInt8, new(5, 5)), "at least two codes");
        Refusal.Of(() => _ = new QuantizationParameters([1f, 1f], [0], 0, ElementType.QInt8), "2 scales and 1 zero points");
        Refusal.Of(() => _ = new QuantizationParameters([1f, 1f], [0, 0], null, ElementType.QInt8), "without an axis");
        Refusal.Of(() => QuantizationParameters.WithFloatZeroPoints([1f], [float.NaN], 0, ElementType.QUInt8), "real-valued zero point is NaN");
        Refusal.Of(() => QuantizationParameters.WithFloatZeroPoints([1f], [], 0, ElementType.QUInt8), "1 scales and 0 zero points");
        Refusal.Of(() => QuantizationParameters.WithFloatZeroPoints([1f], [0f], 0, ElementType.Int8), "int8");

        static void New(float scale, int zeroPoint, ElementType type = ElementType.QUInt8, QuantizedRange? range = null) =>
            _ = new QuantizationParameters(scale, zeroPoint, type, range);
    }

    [TestMethod]
    public void Real_zero_points_are_not_mistaken_for_codes()
    {
        var parameters = QuantizationParameters.WithFloatZeroPoints([1f, 2f], [0.5f, -0f], 0, ElementType.QUInt8);
        Assert.IsTrue(parameters.HasFloatZeroPoints);
        Refusal.Of(() => _ = parameters.ZeroPoints, "FloatZeroPoints", "per_channel_affine_float_qparams");
    }

    [TestMethod]
    public void Equality_looks_at_every_part()
    {
        var a = new QuantizationParameters([1f, 2f], [0, 1], 0, ElementType.QInt8);
        Assert.AreEqual(a, new QuantizationParameters([1f, 2f], [0, 1], 0, ElementType.QInt8));
        Assert.AreEqual(a.GetHashCode(), new QuantizationParameters([1f, 2f], [0, 1], 0, ElementType.QInt8).GetHashCode());
        Assert.AreNotEqual(a, new QuantizationParameters([1f, 2f], [0, 2], 0, ElementType.QInt8));
        Assert.AreNotEqual(a, new QuantizationParameters([1f, 2f], [0, 1], 1, ElementType.QInt8));
        Assert.AreNotEqual(a, new QuantizationParameters([1f, 2f], [0, 1], 0, ElementType.QInt8, new(-127, 127)));
        Assert.AreNotEqual(QuantizationParameters.WithFloatZeroPoints([1f], [0.5f], 0, ElementType.QInt8), QuantizationParameters.WithFloatZeroPoints([1f], [0.25f], 0, ElementType.QInt8));
        Assert.AreEqual("quint8 scale=0.1 zeroPoint=3 range=0..255", new QuantizationParameters(0.1f, 3, ElementType.QUInt8).ToString());
    }

    [TestMethod]
    public void Schemes_have_PyTorchs_names()
    {
        foreach (QScheme scheme in Enum.GetValues<QScheme>()) { Assert.AreEqual(scheme, QSchemes.Parse(scheme.Name())); }
        Refusal.Of(() => QSchemes.Parse("per_row"), "'per_row'", "per_tensor_affine");
    }
}
